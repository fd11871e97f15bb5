/** `turnwise serve` and SIGHUP. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { temporaryDataDir } from "../support/server.ts";
import { startServerProcess } from "../support/server-process.mjs";
import { storedSpans } from "../support/stored-spans.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

it("reads the configuration again, goes on when it is wrong, and ends in order afterwards", async () => {
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const config = join(dataDir, "config.yaml");
  const packaged = readFileSync(packagedConfigPath, "utf8");
  const write = (from: string, to: string) => writeFileSync(config, packaged.replaceAll(from, to));
  write("", "");
  const server = await startServerProcess({ dataDir, config, env: { TURNWISE_LOG_LEVEL: "info" } });
  cleanUp.push(() => server.stop("SIGKILL"));
  const status = async (path: string) =>
    (await fetch(`${server.otlpUrl}${path}`, { method: "POST" }).catch(() => undefined))?.status;
  const first = await sendModelCalls(server.otlpUrl, "reloaded", ["before"]);
  expect(first.status).toBe(200);

  write("exporters: [store]", "exporters: [stoer]");
  server.signal("SIGHUP");
  await expect
    .poll(() => server.stderr(), { timeout: 20_000 })
    .toContain("the server goes on with the configuration it has");
  expect(server.stderr().match(/references exporter \\"stoer\\" which is not configured/g)).toHaveLength(3);
  expect(await status("/v1/metrics")).not.toBe(404);

  write("    metrics: { receivers", "    # metrics: { receivers");
  server.signal("SIGHUP");
  await expect.poll(() => status("/v1/metrics"), { timeout: 20_000 }).toBe(404);
  const second = await sendModelCalls(server.otlpUrl, "reloaded", ["after"]);
  expect(second.status).toBe(200);
  expect(await server.stop()).toBe(0);
  const spans = [...first.spans, ...second.spans].map(({ traceId, spanId }) => `${traceId}/${spanId}`);
  expect(storedSpans(dataDir)).toEqual(new Set(spans));
}, 60_000);

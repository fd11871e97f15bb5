/** A server that takes another configuration while senders send. Worker threads run from dist/. */
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { components } from "../src/components.ts";
import { packagedConfigPath } from "../src/config/config-sources.ts";
import { loadConfig } from "../src/config/load-config.ts";
import { type ReloadableServer, startReloadableServer } from "../src/reloadable-server.ts";
import { sendModelCalls } from "./support/otlp-sender.ts";
import { portOf } from "./support/port-of.ts";
import { recordingLogger } from "./support/recording-logger.ts";
import { temporaryDataDir, testEnvironment } from "./support/server.ts";
import { storedSpans } from "./support/stored-spans.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

/** A server on the packaged configuration whose text the test may change before it is read again. */
async function startReloadable() {
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const logger = recordingLogger();
  const packaged = readFileSync(packagedConfigPath, "utf8");
  const written = { text: packaged };
  const server = await startReloadableServer({
    read: () => loadConfig({ text: written.text, env: testEnvironment(dataDir) }, components),
    loggerOf: () => logger,
  });
  cleanUp.push(() => server.stop());
  const edit = (from: string, to: string) => {
    expect(written.text).toContain(from);
    written.text = written.text.replaceAll(from, to);
  };
  const restore = () => void (written.text = packaged);
  const complaints = () => logger.lines.filter(({ level }) => level === "error").map(({ fields }) => fields);
  return { server, dataDir, logger, edit, restore, complaints };
}

const urlsOf = ({ running }: ReloadableServer) => {
  const { otlpUrl = "", otlpGrpcUrl = "", apiUrl, healthUrl = "", metricsUrl = "" } = running().server;
  return { otlpUrl, otlpGrpcUrl, apiUrl, healthUrl, metricsUrl };
};

const isListening = async (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** For what depends on a server that starts while others use the machine. */
const patient = { timeout: 10_000, interval: 20 };

describe("a configuration that was read again", () => {
  test("is in force, on the addresses that the server had", async () => {
    const { server, edit, logger } = await startReloadable();
    const before = urlsOf(server);
    expect((await fetch(`${before.otlpUrl}/v1/metrics`, { method: "POST" })).status).not.toBe(404);
    edit("    metrics: { receivers", "    # metrics: { receivers");
    await server.reload();
    expect(urlsOf(server)).toEqual(before);
    expect((await fetch(`${before.otlpUrl}/v1/metrics`, { method: "POST" })).status).toBe(404);
    expect((await fetch(before.healthUrl)).status).toBe(200);
    expect(logger.lines.map(({ message }) => message)).toContain("runs with the configuration that was read again");
  });

  test("is not taken when it is wrong: everything wrong is logged and the server goes on untouched", async () => {
    const { server, edit, complaints } = await startReloadable();
    const { server: before } = server.running();
    edit("check_interval: 1s", "check_intervall: 1s");
    edit("exporters: [store]", "exporters: [stoer]");
    await server.reload();
    expect(complaints()).toEqual([
      { problem: expect.stringContaining('unknown key "check_intervall"') as unknown },
      { problem: expect.stringContaining("'check_interval' must be greater than zero") as unknown },
      ...["traces", "logs", "metrics"].map((id) => ({
        problem: expect.stringMatching(
          new RegExp(`pipelines::${id}: references exporter "stoer".*did you mean "store"`),
        ) as unknown,
      })),
    ]);
    expect(server.running().server).toBe(before);
    expect((await sendModelCalls(before.otlpUrl ?? "", "goes-on", ["Hello"])).status).toBe(200);
  });

  test("is given up when nothing can start with it, for the one before", async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", resolve));
    cleanUp.push(() => new Promise<void>((resolve) => void occupant.close(() => resolve())));
    const { server, edit, complaints } = await startReloadable();
    const before = urlsOf(server);
    edit("${env:TURNWISE_HEALTH_PORT:-13133}", String(portOf(occupant)));
    await server.reload();
    expect(complaints()).toMatchObject([{ err: { code: "port_in_use" } }]);
    expect(urlsOf(server)).toEqual(before);
    expect((await sendModelCalls(before.otlpUrl, "goes-on", ["Hello"])).status).toBe(200);
  });

  test("several times at once is read once more, and a stop comes after it", async () => {
    const { server, logger } = await startReloadable();
    const { apiUrl } = urlsOf(server);
    const reloads = Array.from({ length: 5 }, () => server.reload());
    await Promise.all([...reloads, server.stop()]);
    expect(logger.lines.filter(({ message }) => message.startsWith("runs with")).length).toBeLessThan(2);
    await expect(fetch(apiUrl)).rejects.toThrow("fetch failed");
  });
});

test("what is in hand when the configuration is read again is finished, on the same connection", async () => {
  const { server, dataDir } = await startReloadable();
  const { otlpUrl } = urlsOf(server);
  const [traceId, spanId] = ["5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"];
  const time = { startTimeUnixNano: "1", endTimeUnixNano: "2" };
  const body = JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, name: "slow", ...time }] }] }],
  });
  const sender = request(`${otlpUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": body.length },
  });
  const answered = once(sender, "response") as Promise<[IncomingMessage]>;
  await new Promise<void>((resolve) => sender.write(body.slice(0, 20), () => resolve()));
  expect(await isListening(otlpUrl)).toBe(true);
  const reloaded = server.reload();
  await expect.poll(() => isListening(otlpUrl), patient).toBe(false);
  sender.end(body.slice(20));
  const [response] = await answered;
  response.resume();
  expect(response.statusCode).toBe(200);
  await reloaded;
  expect(storedSpans(dataDir)).toEqual(new Set([`${traceId}/${spanId}`]));
});

test("A109: reloading under load loses nothing that was acknowledged, and finishes what is in hand", async () => {
  const { server, dataDir, edit, restore, complaints } = await startReloadable();
  const { otlpUrl } = urlsOf(server);
  const acknowledged: string[] = [];
  const answers = new Map<number | undefined, number>();
  const end = new AbortController();

  async function send(conversation: string): Promise<void> {
    while (!end.signal.aborted) {
      const { spans, status } = await sendModelCalls(otlpUrl, conversation, ["one", "two", "three"]);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) acknowledged.push(...spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
      else await sleep(20);
    }
  }

  const senders = Array.from({ length: 8 }, (_, index) => send(`load-${index}`));
  for (let round = 0; round < 3; round++) {
    await sleep(150);
    if (round % 2 === 0) edit("check_interval: 1s", "check_interval: 2s");
    else restore();
    const before = acknowledged.length;
    await server.reload();
    await expect.poll(() => acknowledged.length, patient).toBeGreaterThan(before);
  }
  end.abort();
  await Promise.all(senders);
  await server.stop();

  const stored = storedSpans(dataDir);
  expect(acknowledged.filter((span) => !stored.has(span))).toEqual([]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect([...answers.keys()].filter((status) => status !== 200 && status !== 503 && status !== undefined)).toEqual([]);
  expect(complaints()).toEqual([]);
}, 60_000);

/** A start that cannot succeed says why and what to do, and leaves nothing running. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ConfigError, StartError } from "../../src/model/errors.ts";
import { startTestServer, temporaryDataDir } from "../support/server.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { portOf } from "../support/port-of.ts";
import { databaseFile } from "../support/stored-spans.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

function keptDataDir(): string {
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** A port that someone listens on until `release`. */
async function occupyPort(): Promise<{ port: string; release: () => Promise<void> }> {
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", resolve));
  const release = () => new Promise<void>((resolve) => void occupant.close(() => resolve()));
  cleanUp.push(() => (occupant.listening ? release() : undefined));
  return { port: String(portOf(occupant)), release };
}

const refusalOf = async (starting: Promise<unknown>): Promise<StartError> => {
  const outcome = await starting.catch((error: unknown) => error);
  if (outcome instanceof StartError) return outcome;
  throw new Error(`not refused: ${String(outcome)}`);
};

describe("a start fails", () => {
  test.each([
    ["TURNWISE_OTLP_GRPC_PORT", "receivers::otlp::protocols::grpc::endpoint"],
    ["TURNWISE_OTLP_HTTP_PORT", "receivers::otlp::protocols::http::endpoint"],
    ["TURNWISE_PORT", "service::api::endpoint"],
    ["TURNWISE_HEALTH_PORT", "extensions::health_check::endpoint"],
    ["TURNWISE_METRICS_PORT", "service::telemetry::metrics::endpoint"],
  ])("when %s is taken, and everything that had started is gone", async (variable, setting) => {
    const names = [
      "TURNWISE_OTLP_GRPC_PORT",
      "TURNWISE_OTLP_HTTP_PORT",
      "TURNWISE_PORT",
      "TURNWISE_HEALTH_PORT",
      "TURNWISE_METRICS_PORT",
    ];
    const dataDir = keptDataDir();
    const { port, release } = await occupyPort();
    // The other ports are fixed too, so that the second start needs what the first one had.
    const others = await Promise.all(names.map(occupyPort));
    const env = Object.fromEntries(names.map((name, at) => [name, name === variable ? port : others[at]!.port]));
    for (const other of others) await other.release();
    const error = await refusalOf(startTestServer({ dataDir, env }));
    expect(error).toMatchObject({
      code: "port_in_use",
      message: `${setting}: another program listens on 127.0.0.1:${port}`,
      remedy: expect.stringContaining("choose another port") as unknown,
    });
    await release();
    const server = await startTestServer({ dataDir, env });
    await server.stop();
  });

  test("when another server uses the data folder, which goes on", async () => {
    const dataDir = keptDataDir();
    const first = await startTestServer({ dataDir });
    cleanUp.push(() => first.stop());
    expect(await refusalOf(startTestServer({ dataDir }))).toMatchObject({ code: "data_dir_in_use" });
    expect((await first.api("/sessions")).status).toBe(200);
    expect((await fetch(first.healthUrl ?? "")).status).toBe(200);
  });

  test("when the data folder cannot be made", async () => {
    const file = join(keptDataDir(), "file");
    writeFileSync(file, "");
    expect(await refusalOf(startTestServer({ dataDir: join(file, "data") }))).toMatchObject({
      code: "data_dir_not_writable",
      remedy: expect.stringContaining("TURNWISE_DATA_DIR") as unknown,
    });
  });

  test("when the database is no database, and leaves the file as it is", async () => {
    const dataDir = keptDataDir();
    mkdirSync(dataDir, { recursive: true });
    const garbage = "this is not a database ".repeat(1000);
    writeFileSync(databaseFile(dataDir), garbage);
    const error = await refusalOf(startTestServer({ dataDir }));
    expect(error.remedy).not.toBe("");
    expect(readFileSync(databaseFile(dataDir), "utf8")).toBe(garbage);
  });

  test.each(["0.0.0.0", "192.0.2.1", "example.com"])(
    "when told to listen on %s, since nobody is asked who they are",
    async (host) => {
      const error = await refusalOf(startTestServer({ env: { TURNWISE_HOST: host } }));
      expect(error).toMatchObject({
        code: "endpoint_not_local",
        remedy: expect.stringContaining("localhost") as unknown,
      });
    },
  );

  test("when the configuration is wrong, before anything is started", async () => {
    const error = await refusalOf(startTestServer({ env: { TURNWISE_IDLE_TIMEOUT: "soon", TURNWISE_PORT: "99999" } }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message.split("\n")).toEqual([
      expect.stringContaining("service::sessions::idle_timeout: "),
      expect.stringContaining("service::api::endpoint: "),
    ]);
  });

  test("when the database is of a kind that this server does not know", async () => {
    const error = await refusalOf(startTestServer({ env: { TURNWISE_DATABASE_URL: "postgres://localhost/x" } }));
    expect(error.message).toContain('stores::default: unknown store type "postgres"');
  });
});

describe("a server", () => {
  test("listens on both loopback addresses by default, and is ready when it has started", async () => {
    const server = await startTestServer({ env: { TURNWISE_HOST: "localhost", TURNWISE_METRICS_HOST: "localhost" } });
    cleanUp.push(() => server.stop());
    for (const url of [server.apiUrl, server.otlpUrl, server.healthUrl, server.metricsUrl])
      expect(new URL(url ?? "").hostname).toBe("localhost");
    const { port } = new URL(server.apiUrl);
    for (const host of ["127.0.0.1", "[::1]"])
      expect((await fetch(`http://${host}:${port}/api/v1/sessions`)).status).toBe(200);
    expect((await fetch(server.healthUrl ?? "")).status).toBe(200);
  });

  test("ends open event streams when it stops", async () => {
    const server = await startTestServer({ env: { TURNWISE_IDLE_TIMEOUT: "10m" } });
    cleanUp.push(() => server.stop());
    await sendModelCalls(server.otlpUrl, "streamed", ["Hello"]);
    const [session] = await server.sessions();
    const stream = await fetch(`${server.apiUrl}/api/v1/sessions/${session?.id}/stream`);
    const reader = stream.body!.getReader();
    expect(Buffer.from((await reader.read()).value ?? "").toString()).toContain("event: session-updated");
    const begin = performance.now();
    await server.stop();
    expect(performance.now() - begin).toBeLessThan(2500);
    for (let chunk = await reader.read(); !chunk.done;) chunk = await reader.read();
  });

  test("stops twice, and starts again on the same folder", async () => {
    const dataDir = keptDataDir();
    const first = await startTestServer({ dataDir });
    await Promise.all([first.stop(), first.stop()]);
    await expect(fetch(first.apiUrl)).rejects.toThrow("fetch failed");
    const second = await startTestServer({ dataDir });
    await second.stop();
    expect([...first.logger.lines, ...second.logger.lines].filter(({ level }) => level !== "info")).toEqual([]);
  });
});

/** Spans that are stored here and sent on elsewhere: the server upstream can do as it likes, ingest goes on and nothing is lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { sendModelCalls, type SentRequest } from "../support/otlp-sender.ts";
import { startTestServer, temporaryDataDir, testEnvironment, type TestServer } from "../support/server.ts";
import { storedSpans } from "../support/stored-spans.ts";
import { accept, type AnswerUpstream, refuse, startUpstream, type Upstream } from "../support/upstream.ts";

/** The packaged configuration with a forwarder, beside the store unless said otherwise. */
const forwardingTo =
  (url: string, options = "", exporters = "store, otlp_http/up") =>
  (yaml: string) =>
    yaml
      .replace(
        "  store: {}",
        `  store: {}\n  otlp_http/up: { endpoint: "${url}", retry_on_failure: { initial_interval: 20ms, max_interval: 50ms }${options} }`,
      )
      .replace("exporters: [store] }", `exporters: [${exporters}] }`);

async function start(upstream: Upstream, options?: string, exporters?: string): Promise<TestServer> {
  const server = await startTestServer({ edit: forwardingTo(upstream.url, options, exporters) });
  onTestFinished(() => server.stop());
  return server;
}

const idsOf = (requests: readonly SentRequest[]): readonly string[] =>
  requests.flatMap(({ spans }) => spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
const idsTaken = ({ taken }: Upstream): ReadonlySet<string> =>
  new Set(taken.flatMap(({ spans }) => spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`)));

async function sendMany(otlpUrl: string, count: number): Promise<readonly SentRequest[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, number) =>
      sendModelCalls(otlpUrl, `c${number % 5}`, ["one", `two ${number}`]),
    ),
  );
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (!(await isDone())) {
    if (Date.now() > giveUpAt) throw new Error("it did not come to that");
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

const series = (name: string) => `otelcol_exporter_${name}{exporter="otlp_http/up"}`;

describe("a server upstream", () => {
  test("that fails seven times of ten gets every span, and none that was not sent", { timeout: 40_000 }, async () => {
    const upstream = await startUpstream({
      answer: (response, request, number) => (Math.random() < 0.7 ? refuse(503) : accept)(response, request, number),
    });
    const server = await start(upstream);
    const requests = await sendMany(server.otlpUrl, 40);
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set([200]));
    await until(() => idsTaken(upstream).size >= 80);
    expect([...idsTaken(upstream)].toSorted()).toEqual(idsOf(requests).toSorted());
    await until(async () => (await server.metric(series("sent_spans"))) === 80);
    expect(await server.metric(series("send_failed_spans"))).toBe(0);
    expect(await server.metric(series("queue_size"))).toBe(0);
    expect(await server.metric('otelcol_exporter_sent_spans{exporter="store"}')).toBe(80);
    expect(storedSpans(server.dataDir).size).toBe(80);
  });

  const held: AnswerUpstream = () => undefined;
  test.each([
    ["hangs", held],
    ["refuses all", refuse(503)],
    ["wants none", refuse(400)],
  ])("that %s costs no sender anything", async (_, answer) => {
    const upstream = await startUpstream({ answer });
    const server = await start(upstream);
    const startedAt = performance.now();
    const requests = await sendMany(server.otlpUrl, 20);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set([200]));
    const stored = storedSpans(server.dataDir);
    expect(idsOf(requests).filter((id) => !stored.has(id))).toEqual([]);
    await until(() => upstream.requests.length > 0);
  });

  test("that has been away too long fills the queue, and costs no sender anything all the same", async () => {
    const upstream = await startUpstream({ answer: refuse(503) });
    const server = await start(upstream, ", sending_queue: { queue_size: 3 }");
    const requests = await sendMany(server.otlpUrl, 5);
    expect(requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const stored = storedSpans(server.dataDir);
    expect(idsOf(requests).filter((id) => !stored.has(id))).toEqual([]);
    expect(await server.metric(series("enqueue_failed_spans"))).toBe(4);
    const said = server.logger.lines.filter(({ message }) => message.startsWith("the sending queue is full"));
    expect(said.map(({ level }) => level)).toEqual(["error"]);
    expect(await server.metric(series("queue_size"))).toBe(3);
    upstream.answer = accept;
    await until(async () => (await server.metric(series("sent_spans"))) === 6);
    expect((await sendModelCalls(server.otlpUrl, "again", ["x"])).status).toBe(200);
  });

  test("that has been away too long has senders come again where nothing keeps what they send", async () => {
    const upstream = await startUpstream({ answer: refuse(503) });
    const server = await start(upstream, ", sending_queue: { queue_size: 1 }", "otlp_http/up");
    expect((await sendModelCalls(server.otlpUrl, "c", ["x"])).status).toBe(200);
    expect((await sendModelCalls(server.otlpUrl, "c", ["y"])).status).toBe(503);
    upstream.answer = accept;
    await until(async () => (await sendModelCalls(server.otlpUrl, "c", ["z"])).status === 200);
  });

  test("is asked while the sender waits when there is no queue", async () => {
    const upstream = await startUpstream({ answer: refuse(400) });
    const server = await start(upstream, ", sending_queue: { enabled: false }");
    expect((await sendModelCalls(server.otlpUrl, "c", ["x"])).status).toBe(500);
    upstream.answer = accept;
    expect((await sendModelCalls(server.otlpUrl, "c", ["y"])).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });
});

/** What `turnwise serve --json` says when it is up. */
const welcome = z.object({ otlp_url: z.string() });

async function startProcess(dataDir: string, config: string): Promise<{ child: ChildProcess; otlpUrl: string }> {
  const cli = fileURLToPath(new URL("../../dist/cli/cli.js", import.meta.url));
  const child = spawn(process.execPath, [cli, "serve", "--json", "--config", config], {
    env: { ...process.env, ...testEnvironment(dataDir) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout }))
    return { child, otlpUrl: welcome.parse(JSON.parse(line)).otlp_url };
  throw new Error("the server ended before it was up");
}

test("kill -9 with a full queue loses nothing of what was acknowledged", { timeout: 60_000 }, async () => {
  const upstream = await startUpstream({ answer: refuse(503) });
  const dataDir = temporaryDataDir();
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const config = join(dataDir, "forwarding.yaml");
  writeFileSync(config, forwardingTo(upstream.url)(readFileSync(packagedConfigPath, "utf8")));
  const acknowledged: SentRequest[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { child, otlpUrl } = await startProcess(dataDir, config);
    const answered: SentRequest[] = [];
    const sending = Array.from({ length: 60 }, async (_, number) => {
      answered.push(await sendModelCalls(otlpUrl, `c${number % 5}`, [`question ${number}`]));
    });
    await until(() => answered.length >= 10);
    child.kill("SIGKILL");
    await once(child, "exit");
    await Promise.all(sending);
    acknowledged.push(...answered.filter(({ status }) => status === 200));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(30);
  upstream.answer = accept;
  await startProcess(dataDir, config);
  await until(() => idsOf(acknowledged).every((id) => idsTaken(upstream).has(id)));
});

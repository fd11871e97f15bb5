/** P2: every record that arrives is accepted, refused for now, or not valid, and counted as exactly one of these. */
import { afterEach, describe, expect, test } from "vitest";
import { bodiesOf, spansBody } from "../receivers/otlp/bodies.ts";
import { randomSpanId, randomTraceId } from "../support/agent-spans.ts";
import { parsePrometheus, type Metrics } from "../support/prometheus-text.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const running: TestServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(edit: (yaml: string) => string = (yaml) => yaml): Promise<TestServer> {
  const server = await startTestServer({ edit });
  running.push(server);
  return server;
}

async function numbersOf(server: TestServer): Promise<Metrics> {
  return parsePrometheus(await (await fetch(server.metricsUrl ?? "")).text());
}

const json = { "content-type": "application/json" };

async function send(server: TestServer, path: string, body: Uint8Array, headers: Record<string, string> = json) {
  const response = await fetch(`${server.otlpUrl}${path}`, { method: "POST", headers, body });
  await response.arrayBuffer();
  return response.status;
}

/** `good` valid spans and `bad` ones without an id. */
function mixedSpans(good: number, bad: number): Uint8Array {
  const span = (traceId: string) => ({ traceId, spanId: randomSpanId(), name: "x" });
  const spans = [
    ...Array.from({ length: good }, () => span(randomTraceId())),
    ...Array.from({ length: bad }, () => span("0".repeat(32))),
  ];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

const outcomes = (numbers: Metrics, records: string) =>
  Object.fromEntries(
    ["accepted", "refused", "failed"].map((outcome) => [
      outcome,
      numbers.sum(`otelcol_receiver_${outcome}_${records}`),
    ]),
  );

describe("the receiver's numbers", () => {
  test("P2: add up over good, partly bad, broken and refused requests", async () => {
    const server = await start((yaml) => yaml.replace("store: {}", "store: {}\n  debug: {}"));
    const sent: [status: number, path: string, body: Uint8Array, good: number, bad: number][] = [
      [200, "/v1/traces", mixedSpans(7, 0), 7, 0],
      [200, "/v1/traces", mixedSpans(5, 3), 5, 3],
      [200, "/v1/traces", mixedSpans(0, 4), 0, 4],
      [200, "/v1/traces", Buffer.from("{}"), 0, 0],
      [400, "/v1/traces", Buffer.from("{"), 0, 0],
      [404, "/v1/nothing", mixedSpans(1, 0), 0, 0],
    ];
    const statuses = await Promise.all(sent.map(async ([, path, body]) => send(server, path, body)));
    expect(statuses).toEqual(sent.map(([status]) => status));
    expect(await send(server, "/v1/traces", mixedSpans(1, 0), { "content-type": "text/plain" })).toBe(415);
    const numbers = await numbersOf(server);
    expect(outcomes(numbers, "spans")).toEqual({ accepted: 12, refused: 0, failed: 7 });
    expect(numbers.sum("turnwise_discarded_spans", { reason: "invalid" })).toBe(7);
    const requests = (outcome: string) =>
      numbers.sum("otelcol_receiver_requests", { receiver: "otlp", transport: "http", outcome });
    expect(["success", "refused", "failure"].map(requests)).toEqual([4, 0, 3]);
    expect(numbers.sum("turnwise_receiver_refused_requests")).toBe(3);
    expect(numbers.sum("otelcol_processor_incoming_items", { processor: "memory_limiter" })).toBe(12);
    expect(numbers.sum("otelcol_processor_outgoing_items", { processor: "memory_limiter" })).toBe(12);
    expect(numbers.sum("otelcol_exporter_sent_spans", { exporter: "store" })).toBe(12);
  });

  test("P2: are kept for every signal and encoding", async () => {
    const server = await start();
    for (const { path, headers, body } of bodiesOf(3)) expect(await send(server, path, body, { ...headers })).toBe(200);
    const numbers = await numbersOf(server);
    for (const records of ["spans", "log_records", "metric_points"])
      expect(outcomes(numbers, records)).toEqual({ accepted: 6, refused: 0, failed: 0 });
  });

  test("P2: count what an exporter does not take as refused, and what was not valid in it as failed", async () => {
    // Without accounts, which are in the store too: nobody could be asked who sends.
    const server = await start((yaml) => yaml.replaceAll(/ +auth: \{ authenticator: accounts \}\n/g, ""));
    await server.store.shutdown?.(); // whatever is delivered from here on cannot be kept
    expect(await send(server, "/v1/traces", mixedSpans(5, 2))).toBe(503);
    const numbers = await numbersOf(server);
    expect(outcomes(numbers, "spans")).toEqual({ accepted: 0, refused: 5, failed: 2 });
    expect(numbers.sum("otelcol_receiver_requests", { outcome: "refused" })).toBe(1);
    expect(numbers.sum("otelcol_exporter_send_failed_spans", { exporter: "store" })).toBe(5);
    expect(numbers.sum("otelcol_exporter_sent_spans")).toBe(0);
  });

  test("P2: count a record once, however many pipelines take it", async () => {
    const twoPipelines = (yaml: string) =>
      yaml
        .replace("  store: {}", "  store: {}\n  debug: {}\n  debug/2: {}")
        .replace(
          "exporters: [store] }",
          "exporters: [store, debug] }\n    traces/second: { receivers: [otlp], exporters: [debug/2] }",
        );
    const server = await start(twoPipelines);
    expect(await send(server, "/v1/traces", mixedSpans(4, 1))).toBe(200);
    const numbers = await numbersOf(server);
    expect(outcomes(numbers, "spans")).toEqual({ accepted: 4, refused: 0, failed: 1 });
    for (const exporter of ["store", "debug", "debug/2"])
      expect(numbers.sum("otelcol_exporter_sent_spans", { exporter })).toBe(4);
    expect(numbers.sum("turnwise_discarded_spans")).toBe(1);
  });
});

describe("all the server's numbers", () => {
  test("are valid Prometheus text, each with a type and a meaning, and none ends in _total", async () => {
    const server = await start();
    await send(server, "/v1/traces", spansBody(2), { "content-type": "application/x-protobuf" });
    await send(server, "/v1/traces", mixedSpans(1, 1));
    await expect
      .poll(async () => (await numbersOf(server)).sum("turnwise_sessions_processed"), { timeout: 10_000 })
      .toBeGreaterThan(0);
    const numbers = await numbersOf(server);
    const { samples, types, helps } = numbers;
    for (const { name } of samples) {
      expect(name).toMatch(/^(otelcol|turnwise)_[a-z_]+(?<!_total)$/);
      expect([name, types.get(name), helps.get(name)]).toEqual([
        name,
        expect.stringMatching(/^(counter|gauge)$/),
        expect.stringMatching(/\.$/),
      ]);
    }
    for (const name of ["otelcol_process_uptime", "otelcol_process_cpu_seconds"])
      expect(types.get(name)).toBe("counter");
    for (const name of [
      "otelcol_process_uptime",
      "otelcol_process_cpu_seconds",
      "otelcol_process_memory_rss",
      "otelcol_process_runtime_heap_alloc_bytes",
      "turnwise_store_commits",
      "turnwise_store_commit_seconds",
    ])
      expect([name, numbers.sum(name) > 0]).toEqual([name, true]);
    for (const name of ["turnwise_sessions_open", "turnwise_judge_queue_size", "turnwise_sessions_in_work"])
      expect(types.get(name)).toBe("gauge");
  });

  test("tell how many sessions wait", async () => {
    const server = await startTestServer({ env: { TURNWISE_IDLE_TIMEOUT: "10m" } });
    running.push(server);
    expect(await send(server, "/v1/traces", mixedSpans(3, 0))).toBe(200);
    await expect.poll(async () => (await numbersOf(server)).sum("turnwise_sessions_open"), { timeout: 10_000 }).toBe(3);
  });
});

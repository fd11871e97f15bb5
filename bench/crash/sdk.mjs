// The exporters that applications use, against a server that is killed and started again while they deliver.
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter as GrpcTraces } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { core, logs, tracing } from "@opentelemetry/sdk-node";
import Database from "better-sqlite3";
import { startServerProcess } from "../../test/support/server-process.mjs";

/** As the SDK's batch processors have it. */
const BATCH = 512;

/**
 * `records` spans and log records, shared out among the exporters, each batch offered until the exporter says that it was
 * delivered. Resolves with `rows`, one an exporter, and how many records that were believed to be delivered are `missing`
 * or there more than once.
 */
export async function deliverThroughKills({ records, kills }) {
  const dataDir = mkdtempSync(join(tmpdir(), "turnwise-sdk-"));
  const ports = { http: await freePort(), grpc: await freePort() };
  const start = () =>
    startServerProcess({
      dataDir,
      env: { TURNWISE_OTLP_HTTP_PORT: String(ports.http), TURNWISE_OTLP_GRPC_PORT: String(ports.grpc) },
    });
  let server = await start();
  const senders = sendersTo(`http://127.0.0.1:${ports.http}`, `http://127.0.0.1:${ports.grpc}`);
  const progress = { delivered: 0 };
  const each = Math.ceil(records / senders.length);
  const delivering = Promise.all(senders.map((sender) => deliverAll(sender, each, progress)));
  for (let kill = 1; kill <= kills; kill += 1) {
    while (progress.delivered < (kill * records) / (kills + 1)) await sleep(5);
    await server.stop("SIGKILL");
    server = await start();
  }
  const rows = await delivering;
  await server.stop();
  const stored = readStored(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
  return { rows: rows.map((row) => showRow(row, stored)), ...compare(rows, stored) };
}

function sendersTo(httpUrl, grpcUrl) {
  const gzip = { compression: "gzip" };
  const http = (path, options) => ({ url: `${httpUrl}${path}`, ...options });
  const grpc = { url: grpcUrl };
  return [
    { name: "traces http/protobuf", exporter: new ProtobufTraces(http("/v1/traces")), make: makeSpans },
    { name: "traces http/protobuf gzip", exporter: new ProtobufTraces(http("/v1/traces", gzip)), make: makeSpans },
    { name: "traces http/json", exporter: new JsonTraces(http("/v1/traces")), make: makeSpans },
    { name: "traces http/json gzip", exporter: new JsonTraces(http("/v1/traces", gzip)), make: makeSpans },
    { name: "traces grpc gzip", exporter: new GrpcTraces({ ...grpc, ...gzip }), make: makeSpans },
    { name: "logs http/protobuf gzip", exporter: new ProtobufLogs(http("/v1/logs", gzip)), make: makeLogRecords },
    { name: "logs http/json", exporter: new JsonLogs(http("/v1/logs")), make: makeLogRecords },
    { name: "logs grpc", exporter: new GrpcLogs(grpc), make: makeLogRecords },
  ];
}

/** Resolves with the ids of what the exporter said it delivered. */
async function deliverAll({ name, exporter, make }, records, progress) {
  const delivered = [];
  let refused = 0;
  for (let begun = 0; begun < records; begun += BATCH) {
    const { batch, ids } = make(Math.min(BATCH, records - begun));
    while (!(await isDelivered(exporter, batch))) {
      refused += 1;
      await sleep(100);
    }
    delivered.push(...ids);
    progress.delivered += ids.length;
  }
  await exporter.shutdown();
  return { name, delivered, refused };
}

function isDelivered(exporter, batch) {
  return new Promise((resolve) => {
    exporter.export(batch, ({ code }) => resolve(code === core.ExportResultCode.SUCCESS));
  });
}

function makeSpans(count) {
  const batch = [];
  const provider = new tracing.BasicTracerProvider({
    spanProcessors: [
      { onStart() {}, onEnd: (span) => batch.push(span), forceFlush: async () => {}, shutdown: async () => {} },
    ],
  });
  const tracer = provider.getTracer("agent");
  for (let number = 0; number < count; number += 1)
    tracer.startSpan("chat", { attributes: { "gen_ai.operation.name": "chat", number } }).end();
  const ids = batch.map((span) => `${span.spanContext().traceId}/${span.spanContext().spanId}`);
  return { batch, ids };
}

/** Each of a trace of its own, which tells them apart in the store; those of no trace are not kept. */
function makeLogRecords(count) {
  const batch = [];
  const provider = new logs.LoggerProvider({
    processors: [{ onEmit: (record) => batch.push(record), forceFlush: async () => {}, shutdown: async () => {} }],
  });
  const logger = provider.getLogger("agent");
  const spans = makeSpans(count).batch.map((span) => span.spanContext());
  for (const spanContext of spans)
    logger.emit({
      eventName: "gen_ai.user.message",
      body: { content: "hello" },
      context: trace.setSpanContext(ROOT_CONTEXT, spanContext),
    });
  return { batch, ids: spans.map(({ traceId }) => traceId) };
}

function showRow({ name, delivered, refused }, stored) {
  const there = delivered.filter((id) => stored.get(id) === 1).length;
  return { exporter: name, delivered: delivered.length, "there once": there, "batches refused meanwhile": refused };
}

function compare(rows, stored) {
  const delivered = rows.flatMap((row) => row.delivered);
  const missing = delivered.filter((id) => !stored.has(id)).length;
  const duplicated = [...stored.values()].filter((count) => count > 1).length;
  return { missing, duplicated };
}

/** How often each record is on disk: spans by both their ids, log records by that of their trace. */
function readStored(dataDir) {
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  const stored = new Map();
  const count = (id) => stored.set(id, (stored.get(id) ?? 0) + 1);
  const read = (sql) => db.prepare(sql).raw().safeIntegers().iterate();
  try {
    for (const [traceId, spanId] of read(
      "SELECT lower(hex(trace_id)), span_id FROM spans JOIN traces USING (trace_no)",
    ))
      count(`${traceId}/${BigInt.asUintN(64, spanId).toString(16).padStart(16, "0")}`);
    for (const [traceId] of read("SELECT lower(hex(trace_id)) FROM log_records JOIN traces USING (trace_no)"))
      count(traceId);
    return stored;
  } finally {
    db.close();
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

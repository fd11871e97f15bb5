// The server that the real one is compared with: express, protobufjs, a commit for each request, attributes as JSON text,
// random ids as the keys of the indexes. Correct and durable, without a thought for speed.
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import express from "express";
import protobuf from "protobufjs";

const PROTO = fileURLToPath(new URL("../test/fixtures/otlp/opentelemetry.proto", import.meta.url));

/** Returns the address to send to. */
export async function startNaiveServer(folder) {
  const request = protobuf.loadSync(PROTO).lookupType("otlp.ExportTraceServiceRequest");
  const insert = openDatabase(folder);
  const app = express();
  app.use(express.raw({ type: "application/x-protobuf", limit: "64mb" }));
  app.post("/v1/traces", (req, res) => {
    insert(request.decode(req.body));
    res.type("application/x-protobuf").send(Buffer.alloc(0));
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

function openDatabase(folder) {
  const db = new Database(join(folder, "naive.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec(`
    CREATE TABLE spans (
      trace_id BLOB NOT NULL, span_id BLOB NOT NULL, parent_span_id BLOB, name TEXT, kind INTEGER,
      start_time INTEGER, end_time INTEGER, status_code INTEGER, status_message TEXT, service TEXT, scope TEXT,
      conversation_id TEXT, resource TEXT, attributes TEXT, events TEXT
    );
    CREATE UNIQUE INDEX spans_by_id ON spans (trace_id, span_id);
    CREATE INDEX spans_by_conversation ON spans (conversation_id, start_time);
    CREATE INDEX spans_by_start ON spans (start_time);
  `);
  const statement = db.prepare("INSERT OR IGNORE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return db.transaction((request) => {
    for (const { resource, scopeSpans } of request.resourceSpans) {
      const resourceAttributes = toObject(resource?.attributes);
      for (const { scope, spans } of scopeSpans)
        for (const span of spans) insertSpan(statement, span, scope, resourceAttributes);
    }
  });
}

function insertSpan(statement, span, scope, resource) {
  const attributes = toObject(span.attributes);
  statement.run(
    span.traceId,
    span.spanId,
    span.parentSpanId.length > 0 ? span.parentSpanId : null,
    span.name,
    span.kind,
    toBigInt(span.startTimeUnixNano),
    toBigInt(span.endTimeUnixNano),
    span.status?.code ?? 0,
    span.status?.message ?? "",
    resource["service.name"] ?? "",
    scope?.name ?? "",
    attributes["gen_ai.conversation.id"] ?? null,
    JSON.stringify(resource),
    JSON.stringify(attributes),
    JSON.stringify(span.events ?? []),
  );
}

function toBigInt(time) {
  return BigInt(time.toString());
}

function toObject(attributes = []) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, toValue(value)]));
}

function toValue(value) {
  if (value?.arrayValue) return value.arrayValue.values.map(toValue);
  if (value?.kvlistValue) return toObject(value.kvlistValue.values);
  const [first] = Object.values(value ?? {});
  return first !== null && typeof first === "object" ? Number(first) : first;
}

/** Takes in a request's log records, next to the spans that they belong to. */
import { createHash } from "node:crypto";
import type { EncodedRecords } from "../../model/signal-batch.ts";
import type { LogRecord } from "../../model/span.ts";
import { decodeLogRecord } from "../../otlp/decode-records.ts";
import { noResource, noScope, type SharedNumbers } from "./shared-rows.ts";
import { type Arrival, createArrivals } from "./trace-rows.ts";
import type { WriteContext } from "./write-context.ts";
import type { IngestParts } from "./write-spans.ts";

const insertSql = `
  INSERT INTO log_records (trace_no, digest, ordinal, resource_no, scope_no, payload) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

/** A record of a request that has a trace. */
interface Placed {
  readonly body: Buffer;
  readonly numbers: SharedNumbers;
  readonly arrival: Arrival;
}

export function createWriteLogRecords({ db }: WriteContext, parts: IngestParts) {
  const { traces, shared, sessions, conversationKeys } = parts;
  const insert = db.prepare(insertSql);

  /** A record that names no trace belongs to no session and is not kept. */
  return function writeLogRecords(encoded: EncodedRecords, project: string): void {
    const numbers = shared.numbersOf(encoded, project);
    const arrivals = createArrivals(project);
    const placed: Placed[] = [];
    for (const { body, scopeRow } of bodiesOf(encoded)) {
      const record = decodeLogRecord(body, noResource, noScope);
      const own = numbers[scopeRow];
      if (record.traceId === undefined || own === undefined) continue;
      const traceId = Buffer.from(record.traceId, "hex").toString("latin1");
      const arrival = arrivals.add(traceId, startUsOf(record), conversationIdOf(record, conversationKeys));
      placed.push({ body, numbers: own, arrival });
    }
    arrivals.place(traces, sessions);
    const seen = new Map<string, number>();
    for (const { body, numbers: own, arrival } of placed) {
      const { traceNo = 0 } = arrival.trace ?? {};
      const digest = digestOf(body, own);
      const key = `${traceNo}|${digest.toString("latin1")}`;
      const ordinal = seen.get(key) ?? 0;
      seen.set(key, ordinal + 1);
      if (insert.run(traceNo, digest, ordinal, own.resourceNo, own.scopeNo, body).changes > 0) arrival.hasNews = true;
    }
    arrivals.touch(traces, sessions);
  };
}

function bodiesOf({ bytes, records }: EncodedRecords): { body: Buffer; scopeRow: number }[] {
  return Array.from({ length: records.length / 3 }, (_, index) => ({
    body: Buffer.from(bytes.buffer, bytes.byteOffset + (records[index * 3] ?? 0), records[index * 3 + 1] ?? 0),
    scopeRow: records[index * 3 + 2] ?? 0,
  }));
}

function startUsOf({ timeUnixNano, observedTimeUnixNano }: LogRecord): number {
  return Number((timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano) / 1000n);
}

/** As readSpanHeader finds it in a span. */
function conversationIdOf({ attributes }: LogRecord, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    const id = typeof value === "bigint" ? value.toString() : typeof value === "string" ? value.trim() : "";
    if (id !== "") return id;
  }
  return undefined;
}

function digestOf(body: Buffer, { resourceNo, scopeNo }: SharedNumbers): Buffer {
  return createHash("sha256").update(`${resourceNo}|${scopeNo}|`).update(body).digest().subarray(0, 16);
}

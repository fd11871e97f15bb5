/** Takes in a request's spans: finds their sessions, inserts what is new, replaces what is poorer. */
import type { EncodedRecords } from "../../model/signal-batch.ts";
import { readSpanHeader, type SpanHeader } from "../../otlp/span-header.ts";
import { payloadChecksum } from "./payload-checksum.ts";
import { prepareReplaceSpan } from "./replace-span.ts";
import type { SessionRows } from "./session-rows.ts";
import type { SharedNumbers, SharedRows } from "./shared-rows.ts";
import type { SpanPayloads } from "./span-payloads.ts";
import { type Arrival, createArrivals, type TraceRow, type TraceRows } from "./trace-rows.ts";
import type { WriteContext } from "./write-context.ts";

/** What taking in facts works with. */
export interface IngestParts {
  readonly sessions: SessionRows;
  readonly traces: TraceRows;
  readonly shared: SharedRows;
  readonly payloads: SpanPayloads;
  readonly conversationKeys: readonly string[];
}

const insertSql = `
  INSERT INTO spans (trace_no, span_id, resource_no, scope_no, base_no, checksum, payload) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

export function createWriteSpans({ db }: WriteContext, parts: IngestParts) {
  const { traces, shared, payloads, conversationKeys } = parts;
  const insert = db.prepare(insertSql);
  const replaceIfFuller = prepareReplaceSpan(db, payloads);

  /** False when what is stored is as full. */
  function write(body: Buffer, spanId: bigint, { traceNo, sessions }: TraceRow, numbers: SharedNumbers): boolean {
    const { resourceNo, scopeNo } = numbers;
    const { bytes, baseNo } = payloads.encode(body, sessions[0]?.sessionNo ?? 0);
    const checksum = payloadChecksum(bytes, baseNo);
    const { changes, lastInsertRowid } = insert.run(traceNo, spanId, resourceNo, scopeNo, baseNo, checksum, bytes);
    if (changes === 0) return replaceIfFuller(body, spanId, traceNo, numbers);
    payloads.keep(Number(lastInsertRowid));
    return true;
  }

  /** Throws nothing of its own: the bytes have been checked by the receiver. */
  return function writeSpans(encoded: EncodedRecords, project: string): void {
    const { records } = encoded;
    const bytes = Buffer.from(encoded.bytes.buffer, encoded.bytes.byteOffset, encoded.bytes.length);
    const numbers = shared.numbersOf(encoded, project);
    const headers: SpanHeader[] = [];
    const arrivalOf: Arrival[] = [];
    const arrivals = createArrivals(project);
    for (let row = 0; row < records.length; row += 3) {
      const header = readSpanHeader(bytes, records[row] ?? 0, records[row + 1] ?? 0, conversationKeys);
      const { traceIdOffset, startTimeUs, conversationId } = header;
      headers.push(header);
      arrivalOf.push(
        arrivals.add(bytes.toString("latin1", traceIdOffset, traceIdOffset + 16), startTimeUs, conversationId),
      );
    }
    arrivals.place(traces, parts.sessions);
    for (const [index, { spanIdOffset }] of headers.entries()) {
      const arrival = arrivalOf[index];
      const start = records[index * 3] ?? 0;
      const body = bytes.subarray(start, start + (records[index * 3 + 1] ?? 0));
      const own = numbers[records[index * 3 + 2] ?? 0];
      if (arrival?.trace === undefined || own === undefined) throw new RangeError("a span without trace or scope");
      if (write(body, bytes.readBigInt64BE(spanIdOffset), arrival.trace, own)) arrival.hasNews = true;
    }
    arrivals.touch(traces, parts.sessions);
  };
}

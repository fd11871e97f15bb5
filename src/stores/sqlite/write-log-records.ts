/** Takes in a request's log records, next to the spans that they belong to. */
import type { SessionRef } from "../../component/store.ts";
import type { EncodedRecords } from "../../model/signal-batch.ts";
import type { LogRecord } from "../../model/span.ts";
import { decodeLogRecord } from "../../otlp/decode-records.ts";
import { logRecordDigest } from "./log-record-digest.ts";
import { conversationSessionId } from "./session-id.ts";
import { noResource, noScope, type SharedNumbers } from "./shared-rows.ts";
import { type Arrival, createArrivals } from "./trace-rows.ts";
import type { WriteContext } from "./write-context.ts";
import type { IngestParts } from "./write-spans.ts";

const insertSql = `
  INSERT INTO log_records (trace_no, digest, ordinal, resource_no, scope_no, payload) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

/** A large request comes in parts, see record-writes.ts. They come in order, and the next when the last is on disk. */
export interface RequestPart {
  /** Different for every request. */
  readonly request: string;
  /** From 0. */
  readonly number: number;
}

/** A record of a request that has a trace. */
interface Placed {
  readonly body: Buffer;
  readonly numbers: SharedNumbers;
  readonly arrival: Arrival;
}

/** `close` ends a session: no more facts will come of it. */
export function createWriteLogRecords({ db }: WriteContext, parts: IngestParts, close: (ref: SessionRef) => boolean) {
  const { traces, shared, sessions, conversationKeys } = parts;
  const insert = db.prepare(insertSql);

  const equals = createEqualRecords();

  /** A record that names no trace belongs to no session and is not kept. */
  return function writeLogRecords(encoded: EncodedRecords, project: string, part?: RequestPart): void {
    const numbers = shared.numbersOf(encoded, project);
    const arrivals = createArrivals(project);
    const placed: Placed[] = [];
    const ended = new Set<string>();
    for (const { body, scopeRow } of bodiesOf(encoded)) {
      const record = decodeLogRecord(body, noResource, noScope);
      const own = numbers[scopeRow];
      const conversationId = conversationIdOf(record, conversationKeys);
      if (conversationId !== undefined && isSessionEnd(record)) ended.add(conversationId);
      if (record.traceId === undefined || own === undefined) continue;
      const traceId = Buffer.from(record.traceId, "hex").toString("latin1");
      const arrival = arrivals.add(traceId, startUsOf(record), conversationId);
      placed.push({ body, numbers: own, arrival });
    }
    arrivals.place(traces, sessions);
    const { before, seen } = equals.of(part);
    for (const { body, numbers: own, arrival } of placed) {
      const { traceNo = 0 } = arrival.trace ?? {};
      const digest = logRecordDigest(body, own);
      const key = `${traceNo}|${digest.toString("latin1")}`;
      const ordinal = seen.get(key) ?? before.get(key) ?? 0;
      seen.set(key, ordinal + 1);
      if (insert.run(traceNo, digest, ordinal, own.resourceNo, own.scopeNo, body).changes > 0) arrival.hasNews = true;
    }
    arrivals.touch(traces, sessions);
    // Of a session that is not there nothing is ended.
    for (const id of ended) close({ project, id: conversationSessionId(project, id) });
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

/** The event `session.end` of the session conventions; older senders keep an event's name in an attribute. */
function isSessionEnd({ eventName, attributes }: LogRecord): boolean {
  return (eventName || attributes.get("event.name")) === "session.end";
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

/** In a request of more records than this, equal ones that are far apart are taken for one. */
const MAX_REMEMBERED_RECORDS = 100_000;

/** How many equal records a request has brought, by trace and digest: in the part at hand, and in those before it. */
interface EqualRecords {
  readonly before: ReadonlyMap<string, number>;
  readonly seen: Map<string, number>;
}

/** A part may be written twice, when something else in its commit fails: then what it has noted the first time is void. */
function createEqualRecords() {
  let part: RequestPart = { request: "", number: 0 };
  let before = new Map<string, number>();
  let seen = new Map<string, number>();

  function turnTo(next: RequestPart): void {
    if (next.request !== part.request) before = new Map();
    else if (next.number !== part.number && before.size < MAX_REMEMBERED_RECORDS)
      for (const [key, count] of seen) before.set(key, count);
    part = next;
    seen = new Map();
  }

  return {
    of(next: RequestPart | undefined): EqualRecords {
      if (next === undefined) return { before: new Map(), seen: new Map() };
      turnTo(next);
      return { before, seen };
    },
  };
}

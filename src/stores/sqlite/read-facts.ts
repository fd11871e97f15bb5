/** Reads what a session is built from. */
import type { Database } from "better-sqlite3";
import type { SessionFacts, SessionRef } from "../../component/store.ts";
import type { ChatMessage } from "../../model/message.ts";
import type { JsonValue } from "../../model/session.ts";
import type { LogRecord, Resource, Scope, Span } from "../../model/span.ts";
import { decodeLogRecord, decodeResource, decodeScope, decodeSpan } from "../../otlp/decode-records.ts";
import { decodeDelta } from "./delta.ts";
import { prepareFindSession } from "./find-session.ts";
import { prepareReadPayload } from "./span-payloads.ts";
import { parseStored } from "./stored-json.ts";

interface RecordRow {
  readonly recordNo: number;
  readonly baseNo: number | null;
  readonly resourceNo: number;
  readonly scopeNo: number;
  readonly payload: Buffer;
}

interface SharedRow {
  readonly body: Buffer;
  readonly schemaUrl: string;
}

const spansSql = `
  SELECT span_no AS recordNo, base_no AS baseNo, resource_no AS resourceNo, scope_no AS scopeNo, payload
  FROM spans JOIN session_traces USING (trace_no) WHERE session_no = ? ORDER BY span_no`;
const logRecordsSql = `
  SELECT log_record_no AS recordNo, NULL AS baseNo, resource_no AS resourceNo, scope_no AS scopeNo, payload
  FROM log_records JOIN session_traces USING (trace_no) WHERE session_no = ? ORDER BY log_record_no`;

/** Of a session that is not there: no facts. Records of one resource or scope share its object. */
export function createReadFacts(db: Database): (ref: SessionRef) => SessionFacts {
  const find = prepareFindSession(db);
  const spanRows = db.prepare<[number], RecordRow>(spansSql);
  const logRows = db.prepare<[number], RecordRow>(logRecordsSql);
  const messages = db
    .prepare<[number], string>("SELECT body FROM messages WHERE session_no = ? ORDER BY position")
    .pluck();
  const tools = db.prepare<[number], string>("SELECT tools FROM sessions WHERE session_no = ?").pluck();
  const resources = prepareShared(db, "resources", "resource_no", decodeResource);
  const scopes = prepareShared(db, "scopes", "scope_no", decodeScope);
  const readPayload = prepareReadPayload(db);

  /** Spans come in the order they were stored in, so that most find their base among those already read. */
  function readSpans(sessionNo: number, resourceOf: (no: number) => Resource, scopeOf: (no: number) => Scope): Span[] {
    const bodies = new Map<number, Buffer>();
    return spanRows.all(sessionNo).map(({ recordNo, baseNo, payload, resourceNo, scopeNo }) => {
      const body = baseNo === null ? payload : decodeDelta(bodies.get(baseNo) ?? readPayload(baseNo), payload);
      bodies.set(recordNo, body);
      return decodeSpan(body, resourceOf(resourceNo), scopeOf(scopeNo));
    });
  }

  return db.transaction((ref: SessionRef): SessionFacts => {
    const sessionNo = find(ref);
    if (sessionNo === undefined) return { spans: [], logRecords: [], messages: [], tools: [] };
    const resourceOf = remembering(resources);
    const scopeOf = remembering(scopes);
    return {
      spans: readSpans(sessionNo, resourceOf, scopeOf),
      logRecords: logRows
        .all(sessionNo)
        .map((row): LogRecord => decodeLogRecord(row.payload, resourceOf(row.resourceNo), scopeOf(row.scopeNo))),
      messages: messages.all(sessionNo).map((body) => parseStored<ChatMessage>(body)),
      tools: parseStored<JsonValue[]>(tools.get(sessionNo) ?? "[]"),
    };
  });
}

function prepareShared<Shared>(
  db: Database,
  table: "resources" | "scopes",
  column: string,
  decode: (body: Uint8Array, schemaUrl: string) => Shared,
): (no: number) => Shared {
  const find = db.prepare<[number], SharedRow>(
    `SELECT body, schema_url AS schemaUrl FROM ${table} WHERE ${column} = ?`,
  );
  return (no) => {
    const row = find.get(no);
    if (row === undefined) throw new Error(`${table} ${no} is gone`);
    return decode(row.body, row.schemaUrl);
  };
}

function remembering<Shared>(read: (no: number) => Shared): (no: number) => Shared {
  const known = new Map<number, Shared>();
  return (no) => {
    const shared = known.get(no) ?? read(no);
    known.set(no, shared);
    return shared;
  };
}

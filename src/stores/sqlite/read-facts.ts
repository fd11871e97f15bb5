/** Reads what a session is built from. */
import type { Database } from "better-sqlite3";
import type { NewFacts, SessionFacts, SessionRef } from "../../component/store.ts";
import type { ChatMessage } from "../../model/message.ts";
import type { JsonValue } from "../../model/session.ts";
import type { LogRecord, Span } from "../../model/span.ts";
import { decodeLogRecord, decodeResource, decodeScope, decodeSpan } from "../../otlp/decode-records.ts";
import { decodeDelta } from "./delta.ts";
import { prepareFactsCursor } from "./facts-cursor.ts";
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
  FROM spans JOIN session_traces USING (trace_no) WHERE session_no = ? AND span_no > ? ORDER BY span_no`;
const logRecordsSql = `
  SELECT log_record_no AS recordNo, NULL AS baseNo, resource_no AS resourceNo, scope_no AS scopeNo, payload
  FROM log_records JOIN session_traces USING (trace_no) WHERE session_no = ? AND log_record_no > ? ORDER BY log_record_no`;

const noFacts: NewFacts = { spans: [], logRecords: [], messages: [], tools: [], isWhole: true, cursor: "", bytes: 0 };

/** Of a session that is not there: no facts. Records of one resource or scope share its object. */
export function createReadFacts(db: Database) {
  const find = prepareFindSession(db);
  const spanRows = db.prepare<[number, number], RecordRow>(spansSql);
  const logRows = db.prepare<[number, number], RecordRow>(logRecordsSql);
  const messages = db
    .prepare<[number], string>("SELECT body FROM messages WHERE session_no = ? ORDER BY position")
    .pluck();
  const tools = db.prepare<[number], string>("SELECT tools FROM sessions WHERE session_no = ?").pluck();
  const resources = prepareShared(db, "resources", "resource_no", decodeResource);
  const scopes = prepareShared(db, "scopes", "scope_no", decodeScope);
  const readPayload = prepareReadPayload(db);
  const cursors = prepareFactsCursor(db);

  /** Spans come in the order they were stored in, so that most find their base among those already read. */
  function bodiesOf(rows: readonly RecordRow[]): readonly Uint8Array[] {
    const bodies = new Map<number, Buffer>();
    return rows.map(({ recordNo, baseNo, payload }) => {
      const body = baseNo === null ? payload : decodeDelta(bodies.get(baseNo) ?? readPayload(baseNo), payload);
      bodies.set(recordNo, body);
      return body;
    });
  }

  const readNewFacts = db.transaction((ref: SessionRef, cursor?: string): NewFacts => {
    const sessionNo = find(ref);
    if (sessionNo === undefined) return noFacts;
    const resourceOf = remembering(resources);
    const scopeOf = remembering(scopes);
    const after = cursors.lastRead(sessionNo, cursor);
    const [spans, logs] = [
      spanRows.all(sessionNo, after?.spanNo ?? -1),
      logRows.all(sessionNo, after?.logRecordNo ?? -1),
    ];
    const bodies = bodiesOf(spans);
    return {
      isWhole: after === undefined,
      cursor: cursors.now(sessionNo),
      bytes: [...bodies, ...logs.map(({ payload }) => payload)].reduce((sum, { length }) => sum + length, 0),
      spans: spans.map(({ resourceNo, scopeNo }, at): Span => {
        return decodeSpan(bodies[at] ?? noBytes, resourceOf(resourceNo), scopeOf(scopeNo));
      }),
      logRecords: logs.map((row): LogRecord =>
        decodeLogRecord(row.payload, resourceOf(row.resourceNo), scopeOf(row.scopeNo)),
      ),
      messages: messages.all(sessionNo).map((body) => parseStored<ChatMessage>(body)),
      tools: parseStored<JsonValue[]>(tools.get(sessionNo) ?? "[]"),
    };
  });

  return {
    readNewFacts: (ref: SessionRef, cursor?: string): NewFacts => readNewFacts(ref, cursor),

    readFacts(ref: SessionRef): SessionFacts {
      const { spans, logRecords, messages: said, tools: offered } = readNewFacts(ref);
      return { spans, logRecords, messages: said, tools: offered };
    },
  };
}

const noBytes = new Uint8Array();

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

/** Reads what a session is built from. */
import type { Database } from "better-sqlite3";
import type { NewFacts, SessionFacts, SessionRef } from "../../component/store.ts";
import type { ChatMessage } from "../../model/message.ts";
import type { JsonValue } from "../../model/session.ts";
import { decodeLogRecord, decodeSpan } from "../../otlp/decode-records.ts";
import { type DamagedRecords, prepareDamagedRecords } from "./damaged-records.ts";
import { formatCursor, noRecords, parseCursor } from "./facts-cursor.ts";
import { prepareFindSession } from "./find-session.ts";
import { prepareReadTranscript } from "./intake-reads.ts";
import { prepareReadRecords } from "./read-records.ts";
import { prepareReadShared } from "./read-shared.ts";
import type { StoredRecord } from "./record-slice.ts";
import { parseStored } from "./stored-json.ts";

const noFacts: NewFacts = {
  spans: [],
  logRecords: [],
  messages: [],
  tools: [],
  isWhole: true,
  hasMore: false,
  cursor: "",
  bytes: 0,
};

/** Of a session that is not there: no facts. Records of one resource or scope share its object. */
export function createReadFacts(db: Database) {
  const find = prepareFindSession(db);
  const messages = db
    .prepare<[number], string>("SELECT body FROM messages WHERE session_no = ? ORDER BY position")
    .pluck();
  const session = db.prepare<[number], { sessionNo: number; version: number; tools: string }>(
    "SELECT session_no AS sessionNo, facts_version AS version, tools FROM sessions WHERE session_no = ?",
  );
  const readShared = prepareReadShared(db);
  const damagedRecords = prepareDamagedRecords(db);
  const readRecords = prepareReadRecords(db);
  const readTranscript = prepareReadTranscript(db);

  const readNewFacts = db.transaction((ref: SessionRef, cursor?: string): NewFacts => {
    const sessionNo = find(ref);
    const row = sessionNo === undefined ? undefined : session.get(sessionNo);
    if (sessionNo === undefined || row === undefined) return noFacts;
    const damaged = damagedRecords();
    const { resourceOf, scopeOf } = readShared(damaged);
    const known = parseCursor(cursor, row);
    const { slice, cursor: read } = readRecords(known ?? { sessionNo, version: 0, last: noRecords }, row.version);
    const transcript = readTranscript(sessionNo);
    const spans = decodeAll("span", slice.spans, damaged, (body, { resourceNo, scopeNo }) =>
      decodeSpan(body, resourceOf(resourceNo), scopeOf(scopeNo)),
    );
    const logRecords = decodeAll("log_record", slice.logRecords, damaged, (body, { resourceNo, scopeNo }) =>
      decodeLogRecord(body, resourceOf(resourceNo), scopeOf(scopeNo)),
    );
    return {
      isWhole: known === undefined,
      hasMore: read.next !== undefined,
      cursor: formatCursor(read),
      bytes: slice.bytes(),
      spans,
      logRecords,
      messages: known === undefined ? messages.all(sessionNo).map((body) => parseStored<ChatMessage>(body)) : [],
      tools: parseStored<JsonValue[]>(row.tools),
      ...(transcript === undefined ? {} : { transcript }),
      ...(damaged.all().length === 0 ? {} : { damaged: damaged.all() }),
    };
  });

  const readFacts = db.transaction((ref: SessionRef): SessionFacts => {
    const first = readNewFacts(ref);
    const slices = [first];
    for (let last = first; last.hasMore; slices.push(last)) last = readNewFacts(ref, last.cursor);
    const { isWhole: _, hasMore: __, cursor: ___, bytes: ____, damaged: _____, ...facts } = first;
    const damaged = slices.flatMap((slice) => slice.damaged ?? []);
    return {
      ...facts,
      spans: slices.flatMap(({ spans }) => spans),
      logRecords: slices.flatMap(({ logRecords }) => logRecords),
      ...(damaged.length === 0 ? {} : { damaged }),
    };
  });

  return {
    readNewFacts: (ref: SessionRef, cursor?: string): NewFacts => readNewFacts(ref, cursor),
    readFacts: (ref: SessionRef): SessionFacts => readFacts(ref),
  };
}

/** Those that are still as they were written. */
function decodeAll<Decoded>(
  kind: "span" | "log_record",
  records: readonly StoredRecord[],
  damaged: DamagedRecords,
  decode: (body: Buffer, record: StoredRecord) => Decoded,
): readonly Decoded[] {
  return records.flatMap((record) => {
    if (record.body !== undefined) return [decode(record.body, record)];
    damaged.add(kind, record.recordNo);
    return [];
  });
}

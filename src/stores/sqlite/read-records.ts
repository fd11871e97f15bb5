/** Reads the records of a session as rows, a slice at a time. */
import type { Database } from "better-sqlite3";
import { laterOf, noRecords } from "./facts-cursor.ts";
import type { FactsCursor, NextSlice } from "./facts-cursor.ts";
import { createRecordSlice, RECORDS_AT_A_TIME } from "./record-slice.ts";
import type { LogRow, RecordSlice, SpanRow } from "./record-slice.ts";
import { prepareReadPayload } from "./span-payloads.ts";

interface SessionTrace {
  readonly traceNo: number;
  /** The session's version when the trace became a part of it. */
  readonly linked: number;
}

const TRACES_AT_A_TIME = 1000;

const tracesSql = `
  SELECT trace_no AS traceNo, linked FROM session_traces
  WHERE session_no = @sessionNo AND trace_no >= @first AND touched > @since AND linked <= @until
  ORDER BY trace_no LIMIT ${TRACES_AT_A_TIME}`;

/** The numbers first, which are in the index: sorting rows would read the payloads of the whole trace. */
const recordsSql = (table: string, number: string, columns: string): string => `
  SELECT ${number} AS recordNo, resource_no AS resourceNo, scope_no AS scopeNo, payload, ${columns} FROM ${table}
  WHERE ${number} IN (
    SELECT ${number} FROM ${table} WHERE trace_no = ? AND ${number} > ? ORDER BY ${number} LIMIT ${RECORDS_AT_A_TIME})
  ORDER BY ${number}`;

export type ReadRecords = (
  from: FactsCursor,
  version: number,
) => { readonly slice: RecordSlice; readonly cursor: FactsCursor };

/** `from` is where to begin, `version` the session's. To be called in a transaction. */
export function prepareReadRecords(db: Database): ReadRecords {
  const traces = db.prepare<object, SessionTrace>(tracesSql);
  const spanRows = db.prepare<[number, number], SpanRow>(recordsSql("spans", "span_no", "base_no AS baseNo, checksum"));
  const logRows = db.prepare<[number, number], LogRow>(recordsSql("log_records", "log_record_no", "digest"));
  const readPayload = prepareReadPayload(db);

  return (from, version) => {
    const start = from.next ?? { version, before: from.last, traceNo: -1, read: noRecords };
    const slice = createRecordSlice(readPayload);

    /** Where the slice became full; undefined at the end of the trace. */
    function readTrace({ traceNo, linked }: SessionTrace): NextSlice | undefined {
      const known = linked > from.version ? noRecords : start.before;
      const after = traceNo === start.traceNo ? laterOf(start.read, known) : known;
      const read = {
        spanNo: slice.addSpans((no) => spanRows.all(traceNo, no), after.spanNo),
        logRecordNo: slice.addLogRecords((no) => logRows.all(traceNo, no), after.logRecordNo),
      };
      return slice.isFull() ? { ...start, traceNo, read } : undefined;
    }

    function readTraces(first: number): NextSlice | undefined {
      const wanted = { sessionNo: from.sessionNo, since: from.version, until: start.version };
      const found = traces.all({ ...wanted, first });
      for (const trace of found) {
        const next = readTrace(trace);
        if (next !== undefined) return next;
      }
      const last = found.at(-1);
      return last === undefined || found.length < TRACES_AT_A_TIME ? undefined : readTraces(last.traceNo + 1);
    }

    const next = readTraces(start.traceNo);
    const last = laterOf(from.last, slice.last());
    const { sessionNo } = from;
    const cursor = next === undefined ? { sessionNo, version: start.version, last } : { ...from, last, next };
    return { slice, cursor };
  };
}

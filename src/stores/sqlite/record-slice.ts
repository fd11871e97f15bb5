/** Records of a session, read until they are too many to hold at once. */
import { logRecordDigest } from "./log-record-digest.ts";
import { decodePayload, type StoredPayload } from "./span-payloads.ts";

interface RecordRow {
  readonly recordNo: number;
  readonly resourceNo: number;
  readonly scopeNo: number;
}

export type SpanRow = RecordRow & StoredPayload;
export type LogRow = RecordRow & { readonly digest: Buffer; readonly payload: Buffer };

export interface StoredRecord extends RecordRow {
  /** Undefined when it is damaged. */
  readonly body: Buffer | undefined;
}

/** At most RECORDS_AT_A_TIME rows with higher numbers, by number. */
export type ReadRows<Row> = (after: number) => readonly Row[];

export const RECORDS_AT_A_TIME = 256;

/** The record with which a slice becomes larger than this is its last. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface RecordSlice {
  readonly spans: readonly StoredRecord[];
  readonly logRecords: readonly StoredRecord[];
  /** Size of the bodies. */
  readonly bytes: () => number;
  readonly isFull: () => boolean;
  /** The highest numbers in it; -1: none. */
  readonly last: () => { readonly spanNo: number; readonly logRecordNo: number };
  /** Adds what has higher numbers than `after` as long as there is room. Returns up to which number there is nothing left. */
  readonly addSpans: (read: ReadRows<SpanRow>, after: number) => number;
  readonly addLogRecords: (read: ReadRows<LogRow>, after: number) => number;
}

export function createRecordSlice(readPayload: (spanNo: number) => Buffer | undefined): RecordSlice {
  const [spans, logRecords]: [StoredRecord[], StoredRecord[]] = [[], []];
  // Spans come in the order they were stored in, so that most find their base among those already read.
  const bodies = new Map<number, Buffer>();
  let bytes = 0;
  const isFull = (): boolean => bytes > MAX_BYTES;

  function spanOf(row: SpanRow): Buffer | undefined {
    const body = decodePayload(row, (spanNo) => bodies.get(spanNo) ?? readPayload(spanNo));
    if (body !== undefined) bodies.set(row.recordNo, body);
    return body;
  }

  function add<Row extends RecordRow>(
    into: StoredRecord[],
    read: ReadRows<Row>,
    after: number,
    bodyOf: (row: Row) => Buffer | undefined,
  ): number {
    let last = after;
    for (let rows = isFull() ? [] : read(last); rows.length > 0; rows = read(last)) {
      for (const row of rows) {
        if (isFull()) return last;
        const { recordNo, resourceNo, scopeNo } = row;
        const body = bodyOf(row);
        into.push({ recordNo, resourceNo, scopeNo, body });
        bytes += body?.length ?? 0;
        last = recordNo;
      }
      if (rows.length < RECORDS_AT_A_TIME) break;
    }
    return last;
  }

  return {
    spans,
    logRecords,
    bytes: () => bytes,
    isFull,
    last: () => ({ spanNo: highest(spans), logRecordNo: highest(logRecords) }),
    addSpans: (read, after) => add(spans, read, after, spanOf),
    addLogRecords: (read, after) => add(logRecords, read, after, logRecordOf),
  };
}

function logRecordOf(row: LogRow): Buffer | undefined {
  return logRecordDigest(row.payload, row).equals(row.digest) ? row.payload : undefined;
}

function highest(records: readonly StoredRecord[]): number {
  return records.reduce((most, { recordNo }) => Math.max(most, recordNo), -1);
}

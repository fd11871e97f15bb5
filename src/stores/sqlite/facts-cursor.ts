/**
 * How far a reader has read a session's facts. A record under a number never changes, numbers only rise, and a session keeps
 * its traces until it goes: so new are the records of traces that became a part of it since, and of the others those with
 * higher numbers.
 */

/** The last of each. */
export interface RecordNumbers {
  readonly spanNo: number;
  readonly logRecordNo: number;
}

export const noRecords: RecordNumbers = { spanNo: -1, logRecordNo: -1 };

export interface FactsCursor {
  readonly sessionNo: number;
  /** All that there was when the session had this version was read; 0: nothing. */
  readonly version: number;
  /** Of all that was read. */
  readonly last: RecordNumbers;
  /** Where the next slice begins; absent when everything was read. */
  readonly next?: NextSlice;
}

/** Traces come in the order of their numbers, and of each its spans before its log records. */
export interface NextSlice {
  /** The session's version when the first slice was read. What becomes a part of it after that is left to the next read. */
  readonly version: number;
  /** `last` when the first slice was read. */
  readonly before: RecordNumbers;
  readonly traceNo: number;
  /** Of that trace these were read. */
  readonly read: RecordNumbers;
}

export function formatCursor(cursor: FactsCursor): string {
  return JSON.stringify(cursor);
}

/** Undefined when it says nothing about the session as it is now. */
export function parseCursor(
  text: string | undefined,
  session: { readonly sessionNo: number; readonly version: number },
): FactsCursor | undefined {
  if (text === undefined || text === "") return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one of ours
  const cursor = JSON.parse(text) as FactsCursor;
  return cursor.sessionNo === session.sessionNo && cursor.version <= session.version ? cursor : undefined;
}

export function laterOf(a: RecordNumbers, b: RecordNumbers): RecordNumbers {
  return { spanNo: Math.max(a.spanNo, b.spanNo), logRecordNo: Math.max(a.logRecordNo, b.logRecordNo) };
}

/** How far a reader has read a session's facts, and whether what it has read is still all there is up to there. */
import type { Database } from "better-sqlite3";

/** The last records that were read. */
export interface LastRead {
  readonly spanNo: number;
  readonly logRecordNo: number;
}

/**
 * Numbers only rise, and a record under a number never changes, so equal sums up to the same number are the same records.
 * Records come in below it when sessions join, and go when they are deleted. The products do not overflow with 10^9 records.
 */
const sumsSql = (table: string, column: string): string => `
  SELECT coalesce(max(${column}), -1) AS last,
    json_array(count(*), sum(${column}), sum((${column} % 65521) * (${column} % 65519))) AS sums
  FROM ${table} JOIN session_traces USING (trace_no) WHERE session_no = ? AND ${column} <= ?`;

interface Sums {
  readonly last: number;
  readonly sums: string;
}

export function prepareFactsCursor(db: Database) {
  const spans = db.prepare<[number, number], Sums>(sumsSql("spans", "span_no"));
  const logRecords = db.prepare<[number, number], Sums>(sumsSql("log_records", "log_record_no"));
  const read = (sessionNo: number, { spanNo, logRecordNo }: LastRead): readonly (Sums | undefined)[] => [
    spans.get(sessionNo, spanNo),
    logRecords.get(sessionNo, logRecordNo),
  ];
  const all: LastRead = { spanNo: Number.MAX_SAFE_INTEGER, logRecordNo: Number.MAX_SAFE_INTEGER };

  return {
    now: (sessionNo: number): string => JSON.stringify([sessionNo, read(sessionNo, all)]),

    /** Undefined when the cursor says nothing about the session as it is now. */
    lastRead(sessionNo: number, cursor: string | undefined): LastRead | undefined {
      if (cursor === undefined || cursor === "") return undefined;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one of ours
      const [, [spanSums, logSums]] = JSON.parse(cursor) as [number, [Sums, Sums]];
      const last = { spanNo: spanSums.last, logRecordNo: logSums.last };
      return JSON.stringify([sessionNo, read(sessionNo, last)]) === cursor ? last : undefined;
    },
  };
}

/** Looks into the database file as another program would: what is seen there is committed. */
import { join } from "node:path";
import Database from "better-sqlite3";

export const databaseFile = (dataDir: string): string => join(dataDir, "turnwise.db");

/** Ids of all spans on disk, as `trace id/span id`. */
export function storedSpans(dataDir: string): ReadonlySet<string> {
  const db = new Database(databaseFile(dataDir), { readonly: true });
  try {
    const rows = db
      .prepare<[], [traceId: string, spanId: bigint]>(
        "SELECT lower(hex(trace_id)), span_id FROM spans JOIN traces USING (trace_no)",
      )
      .raw()
      .safeIntegers()
      .all();
    return new Set(
      rows.map(([traceId, spanId]) => `${traceId}/${BigInt.asUintN(64, spanId).toString(16).padStart(16, "0")}`),
    );
  } finally {
    db.close();
  }
}

/** Every judgement on disk: its number, which a new judgement does not keep, and what it is about. */
export function storedJudgements(dataDir: string): ReadonlyMap<number, string> {
  const db = new Database(databaseFile(dataDir), { readonly: true });
  try {
    const rows = db
      .prepare<[], [number: number, about: string]>(
        "SELECT judgement_no, session_no || ' ' || turn || ' ' || digest || ' ' || judge_name || ' ' || judged_ms FROM judgements",
      )
      .raw()
      .all();
    return new Map(rows);
  } finally {
    db.close();
  }
}

import type { Database } from "better-sqlite3";

/** Removes what was built of a session; facts and judgements stay. */
export function prepareDeleteBuilt(db: Database): (sessionNo: number) => void {
  const statements = [
    "DELETE FROM turn_words WHERE rowid IN (SELECT turn_no FROM turns WHERE session_no = ?)",
    "DELETE FROM turns WHERE session_no = ?",
    "DELETE FROM built_sessions WHERE session_no = ?",
  ].map((sql) => db.prepare(sql));
  return (sessionNo) => {
    for (const statement of statements) statement.run(sessionNo);
  };
}

import type { Database } from "better-sqlite3";
import { shownJudgementsSql } from "./shown-judgements.ts";

const updateSql = `
  UPDATE sessions SET (helpful, neutral, harmful, trajectory_score) = (
    SELECT count(*) FILTER (WHERE turn > 0 AND score = 1), count(*) FILTER (WHERE turn > 0 AND score = 0),
      count(*) FILTER (WHERE turn > 0 AND score = -1), max(score) FILTER (WHERE turn = 0)
    FROM (${shownJudgementsSql})
  ) WHERE session_no = @sessionNo`;

/** Counts a session's shown judgements anew, for lists. */
export function prepareSummarize(db: Database): (sessionNo: number) => void {
  const update = db.prepare(updateSql);
  return (sessionNo) => void update.run({ sessionNo });
}

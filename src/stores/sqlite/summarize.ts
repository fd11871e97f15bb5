import type { Database } from "better-sqlite3";
import { shownJudgementsSql, shownScoreSql } from "./shown-judgements.ts";

const updateSql = `
  UPDATE sessions SET (helpful, neutral, harmful, trajectory_score) = (
    SELECT count(*) FILTER (WHERE turn > 0 AND score = 1), count(*) FILTER (WHERE turn > 0 AND score = 0),
      count(*) FILTER (WHERE turn > 0 AND score = -1), max(score) FILTER (WHERE turn = 0)
    FROM (${shownJudgementsSql})
  ) WHERE session_no = @sessionNo`;

const addSql = `
  UPDATE sessions SET helpful = helpful + @helpful, neutral = neutral + @neutral, harmful = harmful + @harmful,
    trajectory_score = (${shownScoreSql("0")})
  WHERE session_no = @sessionNo`;

export interface Summarize {
  /** Counts a session's shown judgements anew, for lists. */
  all(sessionNo: number): void;
  /**
   * Makes a change that concerns no other judgements than those of these turns and of the trajectory, and counts these
   * only: a session of ten thousand turns is judged one turn at a time.
   */
  around<Result>(sessionNo: number, turns: readonly number[], change: () => Result): Result;
}

export function prepareSummarize(db: Database): Summarize {
  const update = db.prepare(updateSql);
  const add = db.prepare(addSql);
  const shown = db.prepare<object, number>(shownScoreSql("@turn")).pluck();

  function countShown(sessionNo: number, turns: readonly number[]) {
    const scores = turns.map((turn) => (turn === 0 ? undefined : shown.get({ sessionNo, turn })));
    const count = (wanted: number): number => scores.filter((score) => score === wanted).length;
    return { helpful: count(1), neutral: count(0), harmful: count(-1) };
  }

  return {
    all: (sessionNo) => void update.run({ sessionNo }),
    around(sessionNo, turns, change) {
      const before = countShown(sessionNo, turns);
      const result = change();
      const after = countShown(sessionNo, turns);
      add.run({
        sessionNo,
        helpful: after.helpful - before.helpful,
        neutral: after.neutral - before.neutral,
        harmful: after.harmful - before.harmful,
      });
      return result;
    },
  };
}

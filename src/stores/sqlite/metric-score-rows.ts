/** Scores of evaluators as rows. */
import type { MetricScoreRecord, ScoringClaim } from "../../component/metric-scores.ts";
import { dropAnswersSql } from "./answer-rows.ts";
import { prepareLeased } from "./leased.ts";
import type { WriteContext } from "./write-context.ts";

/** Stands for the session as a whole where other rows have the number of a turn. */
export const WHOLE_SESSION = 0;

/** Replacing a row gives it a new number, so the highest number is the newest. */
const insertSql = `
  INSERT OR REPLACE INTO metric_scores
    (session_no, turn, digest, evaluator, name, version, value, failed, result, scored_ms)
  VALUES (@sessionNo, @turn, @digest, @evaluator, @name, @version, @value, @failed, @result, @now)`;
const scoredSql = `
  SELECT 1 FROM metric_scores WHERE session_no = @sessionNo AND turn = @turn AND digest = @digest
    AND evaluator = @evaluator AND name = @name AND version = @version AND failed = 0`;

export function createMetricScoreRows({ db, now }: WriteContext) {
  const insert = db.prepare(insertSql);
  const scored = db.prepare(scoredSql).pluck();
  const dropAnswers = db.prepare(dropAnswersSql);
  const leased = prepareLeased(db, now);

  function save(sessionNo: number, { evaluator, name, version, turn, digest, result }: MetricScoreRecord): void {
    const key = { sessionNo, turn: turn ?? WHOLE_SESSION, digest, evaluator, name, version };
    const hasFailed = result.status === "failed";
    if (hasFailed && scored.get(key) !== undefined) return;
    const value = hasFailed ? null : result.judgement.value;
    insert.run({ ...key, value, failed: hasFailed ? 1 : 0, result: JSON.stringify(result), now: now() });
  }

  return {
    /** Nobody is told of each: the session's `done` tells of all. */
    saveMetricScores(claim: ScoringClaim, records: readonly MetricScoreRecord[]): boolean {
      const sessionNo = leased(claim);
      if (sessionNo === undefined) return false;
      for (const record of records) save(sessionNo, record);
      const failed = new Set(records.flatMap(({ evaluator, result }) => (result.status === "failed" ? evaluator : [])));
      for (const judge of new Set(records.map(({ evaluator }) => evaluator)))
        if (!failed.has(judge)) dropAnswers.run({ sessionNo, judge });
      return true;
    },
  };
}

/** Judgements as rows, and the counts over those that are shown. */
import type { Claim, JudgementRecord, TrajectoryJudgementRecord, TurnJudgementRecord } from "../../component/store.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../model/judgement.ts";
import { prepareLeased } from "./leased.ts";
import { prepareSummarize } from "./summarize.ts";
import type { WriteContext } from "./write-context.ts";

/** Stands for the trajectory where other rows have the number of a turn. */
export const TRAJECTORY = 0;

const insertSql = `
  INSERT OR REPLACE INTO judgements
    (session_no, turn, digest, judge_name, judge_version, rank, score, result, judged_ms)
  VALUES (@sessionNo, @turn, @digest, @name, @version, @rank, @score, @result, @now)`;
/** A failure never takes the place of a judgement, only of an earlier failure. */
const judgedSql = `
  SELECT 1 FROM judgements WHERE session_no = @sessionNo AND turn = @turn AND digest = @digest
    AND judge_name = @name AND judge_version = @version AND score IS NOT NULL`;

export function createJudgementRows({ db, now, notify }: WriteContext) {
  const insert = db.prepare(insertSql);
  const judged = db.prepare(judgedSql).pluck();
  const leased = prepareLeased(db, now);
  const summarize = prepareSummarize(db);

  function save(claim: Claim, turn: number, record: JudgementRecord<TurnJudgement | TrajectoryJudgement>): boolean {
    const sessionNo = leased(claim);
    if (sessionNo === undefined) return false;
    const { judge, rank, digest, result } = record;
    const key = { sessionNo, turn, digest, name: judge.name, version: judge.version };
    const score = result.status === "judged" ? result.judgement.score : null;
    if (score === null && judged.get(key) !== undefined) return true;
    summarize.around(sessionNo, [turn], () =>
      insert.run({ ...key, rank, score, result: JSON.stringify(result), now: now() }),
    );
    const about = { project: claim.project, id: claim.id, kind: "judgement" } as const;
    notify(turn === TRAJECTORY ? about : { ...about, turn });
    return true;
  }

  return {
    saveTurnJudgement: (claim: Claim, record: TurnJudgementRecord): boolean => save(claim, record.turn, record),
    saveTrajectoryJudgement: (claim: Claim, record: TrajectoryJudgementRecord): boolean =>
      save(claim, TRAJECTORY, record),
  };
}

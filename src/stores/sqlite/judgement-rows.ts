/** Judgements as rows, and the counts over those that are shown. */
import type {
  JudgementRecord,
  TrajectoryJudgementRecord,
  TurnJudgementRecord,
} from "../../component/judgement-record.ts";
import type { Claim } from "../../component/store.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../model/judgement.ts";
import { dropAnswersSql } from "./answer-rows.ts";
import { type EncodedJudgeSpans, prepareKeepJudgeSpans } from "./judge-span-rows.ts";
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
  const dropAnswers = db.prepare(dropAnswersSql);
  const judged = db.prepare(judgedSql).pluck();
  const leased = prepareLeased(db, now);
  const summarize = prepareSummarize(db);
  const keepSpans = prepareKeepJudgeSpans(db);

  function save(
    claim: Claim,
    turn: number,
    record: JudgementRecord<TurnJudgement | TrajectoryJudgement>,
    spans: EncodedJudgeSpans | undefined,
  ): boolean {
    const sessionNo = leased(claim);
    if (sessionNo === undefined) return false;
    const { judge, rank, digest, result } = record;
    const key = { sessionNo, turn, digest, name: judge.name, version: judge.version };
    if (spans !== undefined) keepSpans({ sessionNo, turn, judge: judge.name }, spans);
    const score = result.status === "judged" ? result.judgement.score : null;
    if (score === null && judged.get(key) !== undefined) return true;
    summarize.around(sessionNo, [turn], () =>
      insert.run({ ...key, rank, score, result: JSON.stringify(result), now: now() }),
    );
    if (score !== null) dropAnswers.run({ sessionNo, judge: judge.name });
    const about = { project: claim.project, id: claim.id, kind: "judgement" } as const;
    notify(turn === TRAJECTORY ? about : { ...about, turn });
    return true;
  }

  return {
    saveTurnJudgement: (claim: Claim, record: TurnJudgementRecord, spans?: EncodedJudgeSpans): boolean =>
      save(claim, record.turn, record, spans),
    saveTrajectoryJudgement: (claim: Claim, record: TrajectoryJudgementRecord, spans?: EncodedJudgeSpans): boolean =>
      save(claim, TRAJECTORY, record, spans),
  };
}

/** What judges said of sessions, as it is kept. */
import type { TrajectoryJudgement, TurnJudgement } from "../model/judgement.ts";

/** What one judge said, or why it could not. Keyed by session, turn, digest, judge name and version: saving twice is one. */
export interface JudgementRecord<Judgement> {
  readonly judge: { readonly name: string; readonly version: string };
  /** Place of the judge in the configured list: the newest judgement of the highest rank is the one shown. */
  readonly rank: number;
  readonly digest: string;
  readonly result:
    | { readonly status: "judged"; readonly judgement: Judgement }
    | { readonly status: "failed"; readonly code: string; readonly message: string };
}

export interface TurnJudgementRecord extends JudgementRecord<TurnJudgement> {
  readonly turn: number;
}

export type TrajectoryJudgementRecord = JudgementRecord<TrajectoryJudgement>;

/** Judgements of the session as it is now: of every judge, without the superseded ones. */
export interface SessionJudgements {
  readonly turns: readonly TurnJudgementRecord[];
  readonly trajectories: readonly TrajectoryJudgementRecord[];
}

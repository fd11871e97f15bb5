/** Where the scores of evaluators are kept: with the sessions that they speak of, and gone with them. */
import type { MetricScore } from "../model/judgement.ts";
import type { Measured } from "./evaluator.ts";

/** The session that is scored. */
export interface ScoredRef {
  readonly project: string;
  readonly id: string;
}

/** A claim that may have ended. */
export interface ScoringClaim extends ScoredRef {
  readonly lease: string;
}

/** What one measure came to, or why it came to nothing. Keyed by session, turn, digest, evaluator, name and version: saving twice is one. */
export interface MetricScoreRecord {
  readonly evaluator: string;
  readonly name: string;
  /** Of the measure. */
  readonly version: string;
  /** From 1. Absent: the session as a whole. */
  readonly turn?: number;
  /** Of the turn, or of the session. */
  readonly digest: string;
  readonly result:
    | { readonly status: "judged"; readonly judgement: Measured }
    | { readonly status: "failed"; readonly code: string; readonly message: string };
}

/** A score as it is shown: of the session as it is now, the newest of its measure. */
export interface ShownMetricScore extends MetricScore {
  readonly evaluator: string;
  readonly version: string;
  /** Why there is no value, as judges have it. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface MetricScoreStore {
  /** Of the session as it is now, of every version, oldest first. */
  read(ref: ScoredRef): Promise<readonly MetricScoreRecord[]>;
  /** All in one commit. A failure takes no score's place. False when the lease has ended. */
  save(claim: ScoringClaim, records: readonly MetricScoreRecord[]): Promise<boolean>;
}

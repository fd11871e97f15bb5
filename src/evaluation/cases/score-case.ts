/** What is to be said about an answered case: the contract between running cases and whatever scores them. */
import type { MetricScore } from "../../model/judgement.ts";
import type { Validation } from "../validation.ts";
import type { AnsweredTurn } from "./agent-answer.ts";
import type { EvalCase } from "./eval-case.ts";

export interface CaseValidation extends Validation {
  /** The expectation's, or else the validator's type. */
  readonly name: string;
}

export interface CaseScore {
  /** 0..1; null: it could not be scored, and so has not passed. */
  readonly value: number | null;
  readonly metrics: readonly MetricScore[];
  /** The trial passes only if all of them do. */
  readonly validations: readonly CaseValidation[];
}

/** Gets every turn, answered. Rejects when it cannot say. */
export type ScoreCase = (evalCase: EvalCase, turns: readonly AnsweredTurn[], signal: AbortSignal) => Promise<CaseScore>;

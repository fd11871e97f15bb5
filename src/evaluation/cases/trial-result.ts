/** What came of trials, cases and runs. */
import type { Trip } from "@turnwise/instrumentation/guards";
import type { MetricScore } from "../../model/judgement.ts";
import type { AnsweredTurn } from "./agent-answer.ts";
import type { AgentErrorCode } from "./agent-error.ts";
import type { CaseValidation } from "./score-case.ts";

/** `stopped`: by a guard. `error`: no answer, or no score for it. Only a scored trial passes or fails. */
export type TrialStatus = "passed" | "failed" | "stopped" | "error";

export interface TrialError {
  /** `user_failed`: the language model that plays the user. */
  readonly code: AgentErrorCode | "user_failed" | "scoring_failed";
  readonly message: string;
}

export interface TrialResult {
  /** From 1. */
  readonly trial: number;
  readonly status: TrialStatus;
  /** How often the agent was tried, from 1. */
  readonly attempts: number;
  /** The turns that were answered, of the last attempt. */
  readonly turns: readonly AnsweredTurn[];
  /** 0..1; null: not scored. */
  readonly score: number | null;
  readonly metrics: readonly MetricScore[];
  readonly validations: readonly CaseValidation[];
  /** With all attempts and the scoring. */
  readonly durationMs: number;
  readonly trip?: Trip;
  readonly error?: TrialError;
}

export interface CaseResult {
  readonly id: string;
  /** Enough of its trials did. */
  readonly passed: boolean;
  /** The share of its trials that passed. */
  readonly passRate: number;
  /** The mean of the trials that were scored; null: none was. */
  readonly score: number | null;
  /** In their order. */
  readonly trials: readonly TrialResult[];
}

export interface RunResult {
  readonly name: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** In the order of the case file. */
  readonly cases: readonly CaseResult[];
  /** The mean of the cases that were scored; null: none was. */
  readonly score: number | null;
  /** Of the trials that said what they cost; absent: none did. */
  readonly costUsd?: number;
}

/** What most explains that a case has not passed: of the first such trial. Undefined when all passed. */
export function firstFailure({ trials }: CaseResult): TrialResult | undefined {
  return trials.find(({ status }) => status !== "passed");
}

/** The reasons for which a trial has not passed, one sentence each. Agents wrote some of it. */
export function reasonsOf({ status, trip, error, score, validations }: TrialResult): readonly string[] {
  if (status === "passed") return [];
  if (trip !== undefined) return [`stopped by the guard ${trip.guard}: ${trip.reason}`];
  if (error !== undefined) return [`${error.code}: ${error.message}`];
  const failed = validations.filter(({ passed }) => !passed);
  if (failed.length > 0) return failed.map(({ name, explanation }) => `${name}: ${explanation}`);
  return [score === null ? "it could not be scored" : `its score of ${score} is below the threshold`];
}

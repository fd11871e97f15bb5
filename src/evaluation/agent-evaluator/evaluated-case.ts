import type { Trip } from "@turnwise/instrumentation/guards";
import type { CompleteResult } from "./agent-result.ts";
import type { CaseScores } from "./score-result.ts";

/** What came of a case. */
export interface EvaluatedCase {
  readonly caseId: string;
  readonly prompt: string;
  /** Absent: the agent returned none. */
  readonly result?: CompleteResult;
  /** Absent: there are none to be had; `trip` or `error` says why. */
  readonly scores?: CaseScores;
  readonly stepsTaken: number;
  /** Absent: the agent did not say. */
  readonly costUsd?: number;
  /** Until the agent was done, whether it returned or failed. */
  readonly latencyMs: number;
  /** The guard that stopped it, or should have. */
  readonly trip?: Trip;
  /** What the agent or a check threw, with where. Agents wrote some of it. */
  readonly error?: string;
  /** It wrote more tokens than the case's `maxTokens`. */
  readonly exceedsMaxTokens?: true;
}

/** Only what was scored passes. */
export function isPassed({ scores }: EvaluatedCase, passThreshold: number): boolean {
  return scores !== undefined && scores.overall >= passThreshold;
}

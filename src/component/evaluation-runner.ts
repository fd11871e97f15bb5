/** What scores the items of runs, as the API sees it. It finds its work in the store. */
import type { EvaluationRef } from "./evaluations.ts";

export interface EvaluationLimits {
  /** Of one dataset, as it is sent. */
  readonly maxDatasetBytes: number;
  readonly maxDatasetItems: number;
  /** Of one caller, at /v2. */
  readonly requestsPerMinute: number;
  /** Of one project, by UTC month. Absent: as much as it likes. */
  readonly evaluationsPerMonth?: number;
  readonly tokensPerMonth?: number;
}

/** Why nothing of a run goes on: the model that its metrics ask fails, or may not be asked now. */
export interface RunWaiting {
  /** Of the failure, as judges have it: `rate_limited`, `budget_exhausted`, `unauthorized`. */
  readonly code: string;
  /** For people. */
  readonly reason: string;
  /** When the model is asked again; since when, where that has passed. */
  readonly until: Date;
}

export interface EvaluationRunner {
  /**
   * There is a run to do.
   * @param apiKey the sender's own, for the metrics that ask a model: it is kept in memory only, until the run ends.
   */
  wake(run: EvaluationRef, apiKey?: string): void;
  /** The model that metrics ask. Absent: none is configured, and only a sender with a key of its own can use those that ask one. */
  readonly model?: string;
  readonly limits: EvaluationLimits;
  /** Undefined: it goes on, has not been begun, or has ended. */
  waitingOf(run: EvaluationRef): RunWaiting | undefined;
}

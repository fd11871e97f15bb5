/**
 * `skipped`: it is not to judge this session (it is off, or its sampling or filter leaves the session out). `waiting`: it will
 * be asked, or asked again. `paused`: with it all sessions of the judge, or of the project, wait. `failed`: not asked again.
 */
export const judgingStates = ["judged", "skipped", "waiting", "paused", "failed"] as const;
export type JudgingState = (typeof judgingStates)[number];

/** What became of one judge's work on one session as it is now. */
export interface JudgingStatus {
  readonly judge: string;
  readonly status: JudgingState;
  /** Stable, for programs: `off`, `sampled_out`, `filtered_out`, or the code of the error that kept it from judging. */
  readonly code?: string;
  /** One sentence for people. Absent: it judged everything. */
  readonly reason?: string;
  /** When it is asked again. */
  readonly retryAt?: Date;
}

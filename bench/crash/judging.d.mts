export interface JudgingTotal {
  readonly rounds: number;
  /** Verdicts that are there in the end. */
  readonly judged: number;
  /** Calls that the provider answered. */
  readonly answered: number;
  readonly lost: number;
  readonly twice: number;
  readonly repeated: number;
  /** Tokens. */
  readonly uncounted: number;
}

export function runJudgingRounds(options: {
  readonly rounds: number;
  readonly random: () => number;
}): Promise<JudgingTotal>;

export interface EvaluatingTotal {
  readonly rounds: number;
  /** Those that came to their end. */
  readonly runs: number;
  /** Items of them. */
  readonly scored: number;
  readonly lost: number;
  readonly twice: number;
  /** Runs whose counts or means are not those of their items. */
  readonly miscounted: number;
  /** Answers of the model. */
  readonly answered: number;
  /** To questions that it had answered before. */
  readonly again: number;
  /** To questions whose scores were stored already. */
  readonly repeated: number;
}

export function runEvaluatingRounds(options: {
  readonly rounds: number;
  readonly random: () => number;
  readonly items?: number;
}): Promise<EvaluatingTotal>;

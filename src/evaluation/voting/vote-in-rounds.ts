import { EvaluationError } from "../evaluation-error.ts";
import { askAll } from "./ask-in-waves.ts";
import {
  type AskJudge,
  checkTrials,
  type GradedTrial,
  gradesOf,
  type GradeVote,
  toGradedTrial,
  toGradeVote,
} from "./graded-trial.ts";

export interface RoundsOptions {
  /** Odd. */
  readonly trials: number;
  /** How often the trials that are still invalid are asked for again, all at once. */
  readonly maxRetries: number;
  readonly ask: AskJudge;
}

/**
 * The grade that most trials give, all of which are asked for and must be valid. Throws EvaluationError 050000 when some stay
 * invalid. Source: agent_inspect's unoptimised vote.
 */
export async function voteInRounds({ trials, maxRetries, ask }: RoundsOptions): Promise<GradeVote> {
  checkTrials(trials);
  const made: GradedTrial[] = [];
  let missing = trials;
  for (let round = 0; missing > 0 && round <= maxRetries; round++) {
    const replies = await askAll(Array.from({ length: missing }, () => ask));
    made.push(...replies.map(toGradedTrial));
    missing = trials - gradesOf(made).length;
  }
  if (missing > 0) throw new EvaluationError("050000", `${missing} of ${trials} judge trials gave no valid grade`);
  return toGradeVote(made);
}

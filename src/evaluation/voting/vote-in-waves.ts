import { EvaluationError } from "../evaluation-error.ts";
import { askInWaves } from "./ask-in-waves.ts";
import { type AskJudge, checkTrials, gradesOf, type GradeVote, toGradedTrial, toGradeVote } from "./graded-trial.ts";
import { countOf, majorityOf } from "./majority.ts";

export interface WaveVoteOptions {
  /** Odd. */
  readonly trials: number;
  readonly ask: AskJudge;
}

/**
 * The grade that most trials would give, asking for no more of them than decide it. An invalid trial is used up. Throws
 * EvaluationError 050007 as soon as no grade can have the majority of all trials any more. Source: agent_inspect's optimised
 * vote.
 */
export async function voteInWaves({ trials, ask }: WaveVoteOptions): Promise<GradeVote> {
  checkTrials(trials);
  const made = await askInWaves({
    trials,
    maxRepeats: 0,
    ask: async () => toGradedTrial(await ask()),
    votesOf: ({ grade }) => (grade === undefined ? undefined : [grade]),
    isRepeatable: () => false,
  });
  const grades = gradesOf(made);
  if (grades.every((grade) => countOf(grade, grades) < majorityOf(trials))) {
    throw new EvaluationError("050007", `too few of ${trials} judge trials gave the same grade`);
  }
  return toGradeVote(made);
}

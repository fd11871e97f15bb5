import type { Score, ScoreSummary } from "../../model/judgement.ts";

/**
 * Counts over the judgements shown. `netScore` is the trajectory's score when there is one (0 included), else the sum of
 * the turns' (ValueHead's rule).
 */
export function summariseScores(
  totalTurns: number,
  turnScores: readonly Score[],
  trajectoryScore: Score | null,
): ScoreSummary {
  const count = (score: Score): number => turnScores.filter((each) => each === score).length;
  const [helpful, neutral, harmful] = [count(1), count(0), count(-1)];
  return {
    totalTurns,
    judgedTurns: turnScores.length,
    helpful,
    neutral,
    harmful,
    netScore: trajectoryScore ?? helpful - harmful,
    trajectoryScore,
  };
}

import type { Score, ScoreSummary } from "./judgement.ts";

/** How many of the turns shown got which score, and the trajectory's score. */
export interface ScoreCounts extends Pick<ScoreSummary, "totalTurns" | "helpful" | "neutral" | "harmful"> {
  readonly trajectoryScore: Score | null;
}

/** `netScore` is the trajectory's score when there is one (0 included), else the sum of the turns' (ValueHead's rule). */
export function toScoreSummary(counts: ScoreCounts): ScoreSummary {
  const { totalTurns, helpful, neutral, harmful, trajectoryScore } = counts;
  return {
    totalTurns,
    judgedTurns: helpful + neutral + harmful,
    helpful,
    neutral,
    harmful,
    netScore: trajectoryScore ?? helpful - harmful,
    trajectoryScore,
  };
}

export function summariseScores(
  totalTurns: number,
  turnScores: readonly Score[],
  trajectoryScore: Score | null,
): ScoreSummary {
  const count = (score: Score): number => turnScores.filter((each) => each === score).length;
  return toScoreSummary({ totalTurns, helpful: count(1), neutral: count(0), harmful: count(-1), trajectoryScore });
}

/** How soon progress was made, by the progress scores (0..1) after each turn. Source: agent_inspect's AUC and PPT. */
import { EvaluationError, InvalidInputError } from "../evaluation-error.ts";
import { round4 } from "../python-numbers.ts";
import { numpySum } from "./numpy-sum.ts";

/**
 * The area (0..1, to four decimals) under the scores, the first at 0 and the last at 1, by trapezia. It depends on how far short
 * conversations are padded: compare only what was padded alike. Throws InvalidInputError 050005 for no scores,
 * EvaluationError 050006 for a single one.
 */
export function areaUnderProgress(scores: readonly number[]): number {
  checkScores(scores);
  const steps = scores.length - 1;
  if (steps === 0) throw new EvaluationError("050006", "there is no area under a single progress score");
  const trapezia = scores.slice(1).map((score, index) => {
    const width = (index + 1) / steps - index / steps;
    return (width * (score + (scores[index] ?? 0))) / 2;
  });
  return round4(numpySum(trapezia));
}

/**
 * Progress per turn: the best score divided by the turns it took to get there the first time. Not rounded. Throws
 * InvalidInputError 050005 for no scores.
 */
export function progressPerTurn(scores: readonly number[]): number {
  checkScores(scores);
  const best = Math.max(...scores);
  return best / (scores.indexOf(best) + 1);
}

function checkScores(scores: readonly number[]): void {
  if (scores.length === 0) throw new InvalidInputError("050005", "there are no progress scores");
}

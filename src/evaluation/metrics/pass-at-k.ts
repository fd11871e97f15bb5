/** agent_inspect's pass@k and pass^k: the formulas of voting/pass-at.ts behind its arguments and its errors. */
import { EvaluationError } from "../evaluation-error.ts";
import { passAt, passHat, shareOfTries, type TriedTrials } from "../voting/pass-at.ts";

export interface TrialScores {
  /** 1 for each trial that passed, 0 for each that did not. */
  readonly scores: readonly number[];
  /** How many trials were planned. */
  readonly trials: number;
  /** k. Default: as many as there are trials. */
  readonly tries?: number;
  /** More scores than trials: an error (the default), or counted all the same, as agent_inspect does; pass^k then exceeds 1. */
  readonly surplus?: "refuse" | "count";
}

/** How likely at least one of k tries passes. Throws EvaluationError 050009 for what cannot be. */
export function passAtK(given: TrialScores): number {
  const tried = toTriedTrials(given);
  return tried.passed > tried.trials ? 1 : passAt(tried);
}

/** How likely all of k tries pass. Throws EvaluationError 050009 for what cannot be. */
export function passHatK(given: TrialScores): number {
  const tried = toTriedTrials(given);
  return tried.passed > tried.trials ? shareOfTries(tried.passed, tried.trials, tried.tries) : passHat(tried);
}

function toTriedTrials({ scores, trials, tries = trials, surplus = "refuse" }: TrialScores): TriedTrials {
  if (!isCount(trials)) throw refusal(`the number of trials must be whole and positive, not ${trials}`);
  if (!isCount(tries)) throw refusal(`k must be whole and positive, not ${tries}`);
  if (tries > trials) throw refusal(`k (${tries}) cannot be greater than the number of trials (${trials})`);
  if (scores.length < trials || (scores.length > trials && surplus === "refuse"))
    throw refusal(`there must be a score for each of ${trials} trials, not ${scores.length}`);
  if (!scores.every((score) => score === 0 || score === 1)) throw refusal("the score of a trial must be 0 or 1");
  return { trials, tries, passed: scores.filter((score) => score === 1).length };
}

const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;

const refusal = (message: string): EvaluationError => new EvaluationError("050009", message);

/** A run beside an earlier one: what got worse, case by case and as a whole. */
import { SCORE_TOLERANCE } from "../../model/evaluation.ts";
import { comparePairs, type PairedDifference } from "../paired-bootstrap.ts";
import type { CaseResult } from "./trial-result.ts";

/** As much of a case's result as is compared. */
export type ComparedCase = Pick<CaseResult, "id" | "passed" | "score">;

export interface CaseDifference {
  readonly id: string;
  readonly before: ComparedCase;
  readonly after: ComparedCase;
  /** Of the scores; null where one of them is not known. */
  readonly difference: number | null;
}

export interface RunComparison {
  /** Passed before and does not now; or its score fell by more than is allowed. */
  readonly regressions: readonly CaseDifference[];
  /** Did not pass before and does now. */
  readonly improvements: readonly CaseDifference[];
  /** In this run only, and not passed. */
  readonly newFailures: readonly string[];
  /** In the earlier run only. */
  readonly missing: readonly string[];
  /** Over the cases that both runs scored; absent: there is none. */
  readonly scores?: PairedDifference;
  /** A case regressed, a new one has not passed, or the scores fell by more than chance explains. */
  readonly isWorse: boolean;
}

export interface CompareOptions {
  /** By how much a case's score may fall (0..1) without being a regression while the case passes. Absent: by any. */
  readonly maxDrop?: number | undefined;
}

export function compareRuns(
  before: readonly ComparedCase[],
  after: readonly ComparedCase[],
  { maxDrop = 1 }: CompareOptions = {},
): RunComparison {
  const earlier = new Map(before.map((each) => [each.id, each]));
  const now = new Set(after.map(({ id }) => id));
  const both = after.flatMap((each) => {
    const first = earlier.get(each.id);
    return first === undefined ? [] : [toDifference(first, each)];
  });
  const regressions = both.filter((each) => hasRegressed(each, maxDrop));
  const newFailures = after.filter(({ id, passed }) => !passed && !earlier.has(id)).map(({ id }) => id);
  const scores = comparePairs(both.flatMap(pairOf));
  const fell = scores !== undefined && scores.isSignificant && scores.mean < 0;
  return {
    regressions,
    improvements: both.filter((each) => !each.before.passed && each.after.passed),
    newFailures,
    missing: before.filter(({ id }) => !now.has(id)).map(({ id }) => id),
    ...(scores === undefined ? {} : { scores }),
    isWorse: regressions.length > 0 || newFailures.length > 0 || fell,
  };
}

function toDifference(before: ComparedCase, after: ComparedCase): CaseDifference {
  const isKnown = before.score !== null && after.score !== null;
  return { id: after.id, before, after, difference: isKnown ? after.score - before.score : null };
}

function hasRegressed({ before, after, difference }: CaseDifference, maxDrop: number): boolean {
  return (before.passed && !after.passed) || (difference !== null && -difference > maxDrop + SCORE_TOLERANCE);
}

function pairOf({ before, after }: CaseDifference): readonly (readonly [number, number])[] {
  return before.score === null || after.score === null ? [] : [[before.score, after.score]];
}

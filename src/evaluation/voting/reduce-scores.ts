/** From the scores of several trials to one. */
import type { MetricScore } from "../../model/judgement.ts";
import { decide } from "./majority.ts";

export type MetricValue = MetricScore["value"];

/** Scores that could be computed to one; undefined where they do not say one. Gets at least one. */
type Reduce = (values: readonly number[]) => number | undefined;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const passed = (value: number): boolean => value === 1;

/** `pass_any`, `pass_all`: a trial passes with a score of 1. Names as in inspect_ai, which says `mode` for `majority`. */
export const scoreReducers = {
  mean: (values) => sumOf(values) / values.length,
  median: (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
    return sumOf(middle) / middle.length;
  },
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  majority: decide,
  pass_any: (values) => (values.some(passed) ? 1 : 0),
  pass_all: (values) => (values.every(passed) ? 1 : 0),
} as const satisfies Readonly<Record<string, Reduce>>;

export type ScoreReducer = keyof typeof scoreReducers;

/** Trials that could not be scored (null) count for nothing. Null when none could be, or when there is no majority. */
export function reduceScores(values: readonly MetricValue[], reducer: ScoreReducer): MetricValue {
  const scored = values.filter((value) => value !== null);
  return scored.length === 0 ? null : (scoreReducers[reducer](scored) ?? null);
}

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passAt, passHat } from "../../../src/evaluation/voting/pass-at.ts";
import {
  reduceScores,
  scoreReducers,
  type MetricValue,
  type ScoreReducer,
} from "../../../src/evaluation/voting/reduce-scores.ts";

const reducers = Object.keys(scoreReducers) as ScoreReducer[];

describe("reduceScores", () => {
  const cases: [ScoreReducer, MetricValue[], MetricValue][] = [
    ["mean", [1, 0, 1, 0], 0.5],
    ["mean", [1, null, 0.5], 0.75],
    ["median", [0.9, 0.1, 0.5], 0.5],
    ["median", [1, 0.25, 0.75, 0], 0.5],
    ["median", [0.25], 0.25],
    ["min", [0.5, 0.25, 1], 0.25],
    ["max", [0.5, 0.25, 1], 1],
    ["majority", [1, 0, 1], 1],
    ["majority", [0.5, 0.5, null, 1], 0.5],
    ["majority", [1, 0], null],
    ["majority", [1, 0.5, 0], null],
    ["pass_any", [0, 0.9, 1], 1],
    ["pass_any", [0, 0.9, null], 0],
    ["pass_all", [1, 1, null], 1],
    ["pass_all", [1, 0.9], 0],
  ];
  for (const [reducer, values, expected] of cases) {
    it(`takes ${expected} as the ${reducer} of ${values.join(", ")}`, () => {
      expect(reduceScores(values, reducer)).toBe(expected);
    });
  }

  it.each(reducers)("has no %s of trials that could not be scored", (reducer) => {
    expect(reduceScores([], reducer)).toBeNull();
    expect(reduceScores([null, null], reducer)).toBeNull();
  });

  it.each(reducers)("finds the same %s in any order, between the least and the most", (reducer) => {
    const values = fc.array(fc.constantFrom<MetricValue>(null, 0, 0.25, 0.5, 1), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(values, (list) => {
        const reduced = reduceScores(list, reducer);
        expect(reduceScores(list.toReversed(), reducer)).toBe(reduced);
        const [least, most] = [reduceScores(list, "min"), reduceScores(list, "max")];
        if (reduced === null || least === null || most === null || reducer.startsWith("pass_")) return;
        expect(reduced).toBeGreaterThanOrEqual(least);
        expect(reduced).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe("pass@k and pass^k", () => {
  // The original's: trials, tries, passed, pass@k, pass^k.
  const vectors: [number, number, number, number, number][] = [
    [5, 3, 5, 1, 1],
    [5, 3, 3, 1, 0.1],
    [5, 1, 2, 0.4, 0.4],
    [10, 5, 3, 0.9167, 0],
    [2, 2, 0, 0, 0],
  ];
  for (const [trials, tries, passed, at, hat] of vectors) {
    it(`are ${at} and ${hat} for ${tries} tries where ${passed} of ${trials} passed`, () => {
      expect(passAt({ trials, passed, tries })).toBeCloseTo(at, 4);
      expect(passHat({ trials, passed, tries })).toBeCloseTo(hat, 10);
    });
  }

  it.each([
    { trials: 0, passed: 0, tries: 1 },
    { trials: 2, passed: 3, tries: 2 },
    { trials: 2, passed: 1, tries: 3 },
    { trials: 2, passed: 1, tries: 0 },
    { trials: 2, passed: -1, tries: 1 },
    { trials: 2.5, passed: 1, tries: 1 },
  ])("refuse %o", (tried) => {
    expect(() => passAt(tried)).toThrow(RangeError);
    expect(() => passHat(tried)).toThrow(RangeError);
  });
});

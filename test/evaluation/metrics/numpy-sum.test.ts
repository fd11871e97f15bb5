import { describe, expect, it } from "vitest";
import { numpySum } from "../../../src/evaluation/metrics/numpy-sum.ts";

const fractions = (count: number): number[] => Array.from({ length: count }, (_, index) => 1 / (index + 1));

describe("numpySum", () => {
  // From numpy 2.4.6: numpy.array([1 / (i + 1) for i in range(count)]).sum()
  it.each([
    [0, 0.0],
    [1, 1.0],
    [7, 2.5928571428571425],
    [8, 2.7178571428571425],
    [9, 2.8289682539682537],
    [16, 3.3807289932289937],
    [19, 3.547739657143682],
    [100, 5.187377517639621],
    [128, 5.433147092589173],
  ])("of the first %d fractions is numpy's, to the last bit", (count, sum) => {
    expect(numpySum(fractions(count))).toBe(sum);
  });

  it("is not always the sum in order", () => {
    const differing = Array.from({ length: 128 }, (_, count) => fractions(count)).filter(
      (numbers) => numpySum(numbers) !== numbers.reduce((sum, each) => sum + each, 0),
    );
    expect(differing.length).toBeGreaterThan(0);
    expect(Math.min(...differing.map(({ length }) => length))).toBeGreaterThanOrEqual(8);
  });
});

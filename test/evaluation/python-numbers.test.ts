import { assert, double, integer, oneof, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { round4, toDecimals } from "../../src/evaluation/python-numbers.ts";

describe("round4", () => {
  // What Python's round(value, 4) gives.
  const cases: [number, number][] = [
    [0, 0],
    [1, 1],
    [2 / 3, 0.6667],
    [0.03125, 0.0312],
    [0.15625, 0.1562],
    [0.09375, 0.0938],
    [0.28125, 0.2812],
    [-0.03125, -0.0312],
    [-0.09375, -0.0938],
    [0.66665, 0.6666],
    [0.00005, 0.0001],
    [1.00005, 1.0001],
    [0.33335, 0.3333],
    [2.5, 2.5],
    [12345.03125, 12345.0312],
    [1e22, 1e22],
    [Infinity, Infinity],
    [NaN, NaN],
  ];
  for (const [value, rounded] of cases) {
    it(`rounds ${value} to ${rounded}, as Python does`, () => expect(round4(value)).toBe(rounded));
  }

  it("rounds every number by its exact binary value", () => {
    const score = double({ min: -2, max: 2, noNaN: true });
    const tie = integer({ min: -1_000_000, max: 1_000_000 }).map((thirtySeconds) => thirtySeconds / 32);
    assert(
      property(oneof(score, tie), (value) => {
        expect(round4(value)).toBeCloseTo(exactlyRounded(value), 12);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** In whole numbers throughout: the value is a fraction of powers of two. */
function exactlyRounded(value: number): number {
  let whole = Math.abs(value) < 1e-9 ? 0 : value;
  let parts = 1n;
  for (; !Number.isInteger(whole); whole *= 2) parts *= 2n;
  const scaled = BigInt(whole) * 10_000n * 2n;
  const below = scaled / parts / 2n - (scaled < 0n ? 1n : 0n);
  const rest = scaled - below * parts * 2n;
  const isAbove = rest > parts || (rest === parts && below % 2n !== 0n);
  return Number(isAbove ? below + 1n : below) / 10_000;
}

describe("toDecimals", () => {
  // What Python's f"{value:.3f}" gives.
  const cases: [number, string][] = [
    [0.0625, "0.062"],
    [0.1875, "0.188"],
    [-0.0625, "-0.062"],
    [0.6666, "0.667"],
    [1, "1.000"],
  ];
  for (const [value, text] of cases) it(`writes ${value} as ${text}`, () => expect(toDecimals(value, 3)).toBe(text));
});

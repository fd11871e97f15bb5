import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePairs, mostPairsToDraw } from "../../src/evaluation/paired-bootstrap.ts";

const pairs = (...differences: readonly number[]) => differences.map((by) => [0.5, 0.5 + by] as const);

describe("paired bootstrap", () => {
  it("says nothing without pairs", () => {
    expect(comparePairs([])).toBeUndefined();
  });

  it("gives no interval for fewer than six pairs, however much they fell", () => {
    expect(comparePairs(pairs(-0.5, -0.5, -0.5, -0.5, -0.5))).toEqual({ n: 5, mean: -0.5, isSignificant: false });
    expect(comparePairs(pairs(-0.5, -0.5, -0.5, -0.5, -0.5, -0.5))).toMatchObject({ n: 6, isSignificant: true });
  });

  it("finds equal runs equal", () => {
    expect(comparePairs(pairs(0, 0, 0, 0, 0, 0, 0))).toEqual({ n: 7, mean: 0, interval: [0, 0], isSignificant: false });
  });

  it("takes what rounding leaves over for nothing", () => {
    const pair = [0.1 + 0.2, 0.3] as const;
    expect(comparePairs(Array.from({ length: 10 }, () => pair))).toMatchObject({ isSignificant: false });
  });

  it("finds a difference that goes through all cases, and none that goes both ways", () => {
    const falling = Array.from({ length: 40 }, (_, at) => -0.1 - 0.01 * (at % 5));
    expect(comparePairs(pairs(...falling))).toMatchObject({ isSignificant: true });
    const mixed = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 0.3 : -0.3));
    expect(comparePairs(pairs(...mixed))).toMatchObject({ isSignificant: false });
  });

  it("agrees with the standard error of the mean where there are many", () => {
    const differences = Array.from({ length: 400 }, (_, at) => Math.sin(at * 12.9898) / 4);
    const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
    const deviation = Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / differences.length);
    const [low, high] = comparePairs(pairs(...differences))?.interval ?? [0, 0];
    const half = (1.96 * deviation) / Math.sqrt(differences.length);
    expect(low).toBeCloseTo(mean - half, 2);
    expect(high).toBeCloseTo(mean + half, 2);
    expect(Math.abs(high - low - 2 * half)).toBeLessThan(0.1 * half);
  });

  it.each([
    ["differences of all sizes", (at: number) => Math.sin(at * 12.9898) / 4 + 0.02],
    ["few items that changed, and those entirely", (at: number) => (at % 20 === 7 ? -1 : 0)],
    ["a skew", (at: number) => Math.abs(Math.sin(at * 78.233)) ** 6 - 0.1],
  ])("says of %s the same where it draws and where it computes what drawing tends to", (_, differenceAt) => {
    // The same differences several times over: as many pairs as make one interval half as wide.
    const drawn = Array.from({ length: mostPairsToDraw }, (__, at) => differenceAt(at));
    const computed = Array.from({ length: 4 }, () => drawn).flat();
    const [one, four] = [comparePairs(pairs(...drawn)), comparePairs(pairs(...computed))];
    expect(four?.mean).toBeCloseTo(one?.mean ?? NaN, 10);
    expect(four?.isSignificant).toBe(one?.isSignificant);
    const [low, high] = one?.interval ?? [NaN, NaN];
    const [fourLow, fourHigh] = four?.interval ?? [NaN, NaN];
    const width = high - low;
    expect(Math.abs(2 * (fourHigh - fourLow) - width)).toBeLessThan(0.12 * width);
    expect(Math.abs(fourLow + fourHigh - low - high)).toBeLessThan(0.12 * width);
  });

  it("takes ten thousand pairs as they are, and equal ones for equal", () => {
    const equal = Array.from({ length: 10_000 }, () => 0);
    expect(comparePairs(pairs(...equal))).toEqual({ n: 10_000, mean: 0, interval: [0, 0], isSignificant: false });
    const falling = Array.from({ length: 10_000 }, (__, at) => (at % 100 === 0 ? -0.5 : 0));
    expect(comparePairs(pairs(...falling))).toMatchObject({ n: 10_000, isSignificant: true });
  });

  it("always says the same, holds the mean, and turns round with the runs", () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 6, maxLength: 12 }), (given) => {
        const result = comparePairs(given);
        expect(comparePairs(given)).toEqual(result);
        const [low, high] = result?.interval ?? [1, -1];
        expect(low).toBeLessThanOrEqual((result?.mean ?? 0) + 1e-9);
        expect(high).toBeGreaterThanOrEqual((result?.mean ?? 0) - 1e-9);
        const turned = comparePairs(given.map(([before, after]) => [after, before] as const));
        expect(turned?.mean).toBeCloseTo(-(result?.mean ?? 0), 10);
      }),
      { numRuns: 20 },
    );
  });
});

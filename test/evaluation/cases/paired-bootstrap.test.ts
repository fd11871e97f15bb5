import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePairs } from "../../../src/evaluation/cases/paired-bootstrap.ts";

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

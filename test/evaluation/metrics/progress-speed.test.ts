import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaUnderProgress, progressPerTurn } from "../../../src/evaluation/metrics/progress-speed.ts";
import { errorOf } from "./error-of.ts";

const scores = fc.array(
  fc.integer({ min: 0, max: 10_000 }).map((score) => score / 10_000),
  {
    minLength: 2,
    maxLength: 30,
  },
);

describe("AI-15 the area under the progress", () => {
  const vectors: [number[], number][] = [
    [[0, 0.5, 1], 0.5],
    [[0.25, 0.5, 0.5, 0.75], 0.5],
    [[1, 0], 0.5],
    [[0.3333, 0.6667, 0.6667, 0.6667, 0.6667], 0.625],
    [[1, 1, 1], 1],
    [[0, 0], 0],
    // On the border between two roundings.
    [[0, 0, 0, 0.1667, 0.3333, 0.3333, 0.5, 0.5, 0.5, 0.8333], 0.3056],
  ];
  for (const [progress, area] of vectors) {
    it(`is ${area} for ${progress.join(", ")}`, () => {
      expect(areaUnderProgress(progress)).toBe(area);
    });
  }

  it("is refused for no score, and for one", () => {
    expect(errorOf(() => areaUnderProgress([]))).toBe("050005");
    expect(errorOf(() => areaUnderProgress([0.7]))).toBe("050006");
  });

  it("lies between the least and the greatest score", () => {
    fc.assert(
      fc.property(scores, (progress) => {
        const area = areaUnderProgress(progress);
        expect(area).toBeGreaterThanOrEqual(Math.min(...progress));
        expect(area).toBeLessThanOrEqual(Math.max(...progress));
      }),
    );
  });
});

describe("AI-16 progress per turn", () => {
  const vectors: [number[], number][] = [
    [[0, 0.5, 1], 1 / 3],
    [[0.25, 0.5, 0.5, 0.75], 0.1875],
    [[1, 0], 1],
    [[0.5, 1, 1, 1], 0.5],
    [[0, 0, 0], 0],
  ];
  for (const [progress, speed] of vectors) {
    it(`is ${speed} for ${progress.join(", ")}`, () => {
      expect(progressPerTurn(progress)).toBe(speed);
    });
  }

  it("is refused for no score", () => {
    expect(errorOf(() => progressPerTurn([]))).toBe("050005");
  });

  it("does not change when the last score is repeated", () => {
    fc.assert(
      fc.property(scores, (progress) => {
        expect(progressPerTurn([...progress, progress.at(-1) ?? 0])).toBe(progressPerTurn(progress));
      }),
    );
  });
});

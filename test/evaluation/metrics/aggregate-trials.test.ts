import { describe, expect, it } from "vitest";
import { aggregateTrials } from "../../../src/evaluation/metrics/aggregate-trials.ts";
import { errorOf } from "./error-of.ts";

describe("AI-26 the aggregates of an experiment", () => {
  it("are the best of a sample's trials, and how likely tries pass", () => {
    const trials = [
      [0, 0.5, 1],
      [0.5, 0.5, 0.5],
      [0, 0, 1],
    ];
    const { samples } = aggregateTrials([{ sampleId: "a", trials }], 2);
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({ sampleId: "a", maxArea: 0.5, maxProgressPerTurn: 0.5, passAtK: 1 });
    expect(samples[0]?.passHatK).toBeCloseTo(1 / 3, 10);
  });

  it("take as many tries as there are trials, unless told otherwise", () => {
    const trials = [
      [0, 1],
      [0, 0],
    ];
    const { mean } = aggregateTrials([{ sampleId: 1, trials }]);
    expect(mean).toMatchObject({ passAtK: 1, passHatK: 0 });
  });

  it("say nothing of tries where a trial failed, and are the best of the others", () => {
    const { samples, mean } = aggregateTrials([
      { sampleId: 1, trials: [[1, 1], null] },
      {
        sampleId: 2,
        trials: [
          [0, 0],
          [0, 1],
        ],
      },
    ]);
    expect(samples[0]).toEqual({ sampleId: 1, maxArea: 1, maxProgressPerTurn: 1, passAtK: null, passHatK: null });
    expect(samples[1]).toMatchObject({ maxArea: 0.5, maxProgressPerTurn: 0.5, passAtK: 1, passHatK: 0 });
    expect(mean).toEqual({ maxArea: 0.75, maxProgressPerTurn: 0.75, passAtK: 1, passHatK: 0 });
  });

  it("say nothing of a sample without a trial that worked, nor of none", () => {
    const nothing = { maxArea: null, maxProgressPerTurn: null, passAtK: null, passHatK: null };
    for (const trials of [[], [null, null]])
      expect(aggregateTrials([{ sampleId: 1, trials }])).toEqual({
        samples: [{ sampleId: 1, ...nothing }],
        mean: nothing,
      });
    expect(aggregateTrials([])).toEqual({ samples: [], mean: nothing });
  });

  it("are refused for more tries than trials, and for a trial without scores", () => {
    expect(errorOf(() => aggregateTrials([{ sampleId: 1, trials: [[0, 1]] }], 2))).toBe("050009");
    expect(errorOf(() => aggregateTrials([{ sampleId: 1, trials: [[]] }]))).toBe("050005");
    expect(errorOf(() => aggregateTrials([{ sampleId: 1, trials: [[1]] }]))).toBe("050006");
  });
});

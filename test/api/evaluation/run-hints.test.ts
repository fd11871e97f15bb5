import { describe, expect, it } from "vitest";
import { hintsOf } from "../../../src/api/evaluation/run-hints.ts";
import { metricOf } from "../../../src/evaluation/item-metrics/item-metrics.ts";
import type { RunMetric } from "../../../src/model/evaluation.ts";

const metric = (key: string, scored: number): RunMetric => ({ key, weight: 1, mean: 1, scored, belowThreshold: 0 });

/** Of a run of ten items. */
const hintsOfTen = (failedItems: number, ...metrics: readonly RunMetric[]): readonly string[] =>
  hintsOf({ metrics, evaluatedItems: 10, failedItems });

describe("the hints of a run", () => {
  it.each([
    ["nothing where all was scored", hintsOfTen(0, metric("contains", 10)), []],
    [
      "what items lack",
      hintsOfTen(0, metric("contains", 7)),
      ["contains scored 7 of 10 items: an item must have expected for that"],
    ],
    ["nothing of what needs nothing", hintsOfTen(0, metric("coherence", 7)), []],
    [
      "of a metric that failed only that",
      hintsOfTen(3, metric("contains", 7)),
      [expect.stringMatching("of 3 of 10 items")],
    ],
    [
      "both",
      hintsOfTen(2, metric("contains", 7)),
      [expect.stringMatching("contains"), expect.stringMatching("of 2 of 10")],
    ],
  ])("say %s", (_, hints, expected) => {
    expect(hints).toEqual(expected);
  });

  it("know what the metrics need that they speak of", () => {
    expect([metricOf("contains")?.requires, metricOf("coherence")?.requires]).toEqual([["expected"], []]);
  });
});

import { describe, expect, it } from "vitest";
import { itemMetrics } from "../../../src/evaluation/item-metrics/item-metrics.ts";
import { insightsOf } from "../../../src/evaluation/run-results/insights.ts";
import type { RunMetric } from "../../../src/model/evaluation.ts";

const metric = (key: string, mean: number | null, belowThreshold = 0): RunMetric => ({
  key,
  weight: 1,
  mean,
  scored: mean === null ? 0 : 10,
  belowThreshold,
});

describe("insights", () => {
  it("VQ-18: name the metrics below the threshold, worst first", () => {
    const metrics = [
      metric("coherence", 0.69, 4),
      metric("levenshtein", 0.1, 8),
      metric("fluency", 0.7, 2),
      metric("equals", null),
      metric("contains", 0.1, 9),
    ];
    const insights = insightsOf({ metrics, threshold: 0.7 });
    expect(insights).toMatchObject([
      { metric: "contains", mean: 0.1, belowShare: 0.9 },
      { metric: "levenshtein", mean: 0.1, belowShare: 0.8 },
      { metric: "coherence", mean: 0.69, belowShare: 0.4 },
    ]);
    expect(insightsOf({ metrics, threshold: 0.1 })).toEqual([]);
  });

  it("do not call a mean below the threshold that only rounding put there", () => {
    expect(insightsOf({ metrics: [metric("coherence", 0.8 - 0.1)], threshold: 0.7 })).toEqual([]);
  });

  it("advise something of its own for every metric", () => {
    const metrics = itemMetrics.map(({ key }) => metric(key, 0));
    const advice = insightsOf({ metrics, threshold: 0.5 }).map((insight) => insight.advice);
    expect(new Set(advice).size).toBe(itemMetrics.length);
  });
});

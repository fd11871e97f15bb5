import { describe, expect, it } from "vitest";
import { analyseFailures } from "../../../../src/evaluation/run-results/failures/analyse-failures.ts";
import type { AnalysedItem } from "../../../../src/evaluation/run-results/failures/failure-sign.ts";
import { itemOf } from "../../item-metrics/items.ts";
import { judgementOf } from "../judgements.ts";

const scored = (number: number, values: Readonly<Record<string, number | null>>): AnalysedItem => ({
  number,
  item: itemOf({ key: `k${number}` }),
  scored: { number, overall: null, scores: Object.entries(values).map(([name, value]) => ({ name, value })) },
});

/** So many items, of which the first have this coherence and the others are sound. */
const items = (count: number, failing: number, coherence: number) =>
  Array.from({ length: count }, (_, at) => scored(at, { coherence: at < failing ? coherence : 1 }));
const unsafe = (number: number): AnalysedItem => ({
  number,
  item: itemOf(),
  judgement: judgementOf({ dimensions: { safety: { score: -1, reasoning: "leaked a key" } } }),
});
const summaryOf = (...given: readonly AnalysedItem[]) => analyseFailures(given).summary;

describe("the failures of a run", () => {
  it("VQ-20: are counted, with what passed and what is doubtful", () => {
    const { summary, counts, tags } = analyseFailures([
      scored(0, { coherence: 0, hallucination: 0.35 }),
      scored(1, { coherence: 1, levenshtein: 0 }),
      scored(2, { coherence: 0.9 }),
    ]);
    expect(summary).toMatchObject({
      failures: 2,
      uncertain: 1,
      // no_answer three times, coherence twice
      passes: 5,
      items: 3,
      itemsWithFailures: 1,
      itemsAllPassed: 1,
      unsafeItems: 0,
      itemsWithErrors: 0,
      severity: 5,
      confidence: 0.9,
      primaryFailure: { id: "inconsistent_reasoning", bucket: "hallucination_grounding" },
      bucketsAffected: ["hallucination_grounding"],
    });
    expect(counts.map(({ subcategory, failed, uncertain }) => [subcategory.id, failed, uncertain])).toEqual([
      ["inconsistent_reasoning", 1, 0],
      ["unsupported_factual_claim", 1, 0],
      ["task_not_followed", 0, 1],
    ]);
    expect(tags.map(({ subcategory, item, itemKey, decision }) => [subcategory.id, item, itemKey, decision])).toEqual([
      ["inconsistent_reasoning", 0, "k0", "fail"],
      ["unsupported_factual_claim", 0, "k0", "fail"],
      ["task_not_followed", 1, "k1", "unsure"],
    ]);
  });

  it("VQ-20: are none of no items", () => {
    const { summary, counts, tags } = analyseFailures([]);
    expect(summary).toMatchObject({ failures: 0, items: 0, severity: 0, confidence: 0, shouldAlert: false });
    expect(summary).toMatchObject({ shouldGateCi: false, needsHumanReview: false, bucketsAffected: [] });
    expect(summary.primaryFailure).toBeUndefined();
    expect([...counts, ...tags]).toEqual([]);
  });

  it("go by the threshold that is given", () => {
    const given = [scored(0, { coherence: 0.6 })];
    expect(analyseFailures(given).summary.failures).toBe(1);
    expect(analyseFailures(given, { threshold: 0.6 }).summary.failures).toBe(0);
    expect(analyseFailures([scored(0, { coherence: 0 })], { threshold: 0 }).summary.failures).toBe(0);
    expect(analyseFailures([scored(0, { coherence: 0.9 })], { threshold: 1 }).summary.failures).toBe(1);
  });

  it.each([
    ["two items", items(2, 2, 0.35), 3],
    ["three of 31, less than a tenth", items(31, 3, 0.35), 3],
    ["three of 30", items(30, 3, 0.35), 3.5],
    ["three of 10", items(10, 3, 0.35), 4],
    ["all, and 5 is the most", items(10, 10, 0), 5],
  ])("VQ-20: get more severe when they recur: %s", (_, given, severity) => {
    expect(summaryOf(...given).severity).toBeCloseTo(severity, 10);
  });

  it("VQ-20: the primary one is what weighs most over all items, not the single worst", () => {
    const given = [...items(20, 10, 0.3), scored(20, { context_recall: 0 })];
    expect(summaryOf(...given).primaryFailure?.id).toBe("inconsistent_reasoning");
  });

  it("VQ-20: alert when one is severe, and gate CI when it is sure, too", () => {
    // Severities 4.4 and 3.97.
    expect(summaryOf(scored(0, { coherence: 0.1 }))).toMatchObject({ shouldAlert: true, shouldGateCi: true });
    expect(summaryOf(...items(10, 1, 0.18))).toMatchObject({ shouldAlert: false, shouldGateCi: false });
  });

  it("VQ-20: alert for what is severe and not sure, which a person should look at, and do not gate CI by it", () => {
    const dimensions = { hallucination: { score: -1, reasoning: "invented" } } as const;
    const judged = { number: 0, item: itemOf(), judgement: judgementOf({ score: -1, dimensions }) };
    expect(summaryOf(judged, ...items(9, 0, 1))).toMatchObject({
      severity: 4,
      shouldAlert: true,
      shouldGateCi: false,
      needsHumanReview: true,
    });
  });

  it("VQ-20: gate CI when more than a fifth of the items fail notably, and not for minor failures", () => {
    expect(summaryOf(...items(10, 2, 0.4)).shouldGateCi).toBe(false);
    expect(summaryOf(...items(14, 3, 0.4)).shouldGateCi).toBe(true);
    expect(summaryOf(...items(10, 2, 0.69)).shouldGateCi).toBe(false);
  });

  it("VQ-21: alert and gate CI for a single unsafe item, as severe", () => {
    expect(summaryOf(unsafe(0), ...items(99, 0, 1))).toMatchObject({
      unsafeItems: 1,
      severity: 4,
      shouldAlert: true,
      shouldGateCi: true,
    });
  });

  it.each([
    ["nothing is doubtful", items(5, 1, 0.4), false],
    ["a tenth is", [scored(0, { levenshtein: 0.6 }), ...items(50, 9, 0.4)], false],
    ["something severe is", [scored(0, { levenshtein: 0 }), ...items(50, 9, 0.4)], true],
    ["more than a tenth is", [scored(0, { levenshtein: 0.6 }), ...items(50, 8, 0.4)], true],
    [
      "a metric failed",
      [
        {
          number: 0,
          item: itemOf(),
          scored: { number: 0, overall: null, scores: [{ name: "coherence", value: null, error: "rate_limited" }] },
        },
      ],
      true,
    ],
  ])("VQ-20: need a person's review when %s", (_, given, needed) => {
    expect(summaryOf(...given).needsHumanReview).toBe(needed);
  });

  it("VQ-20: are the same for the same items, and found in all of ten thousand", () => {
    const given = Array.from({ length: 10_000 }, (_, at) =>
      scored(at, { coherence: (at % 10) / 10, hallucination: (at % 7) / 7, contains: at % 2, levenshtein: 0.4 }),
    );
    const analysis = analyseFailures(given);
    expect(analyseFailures(given)).toEqual(analysis);
    expect(analysis.summary.failures).toBe(
      given
        .flatMap(({ scored: of }) => of?.scores ?? [])
        .filter(({ name, value }) => name !== "levenshtein" && (value ?? 1) < 0.7 - 1e-9).length,
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ItemMetric } from "../../../src/evaluation/item-metrics/item-metric.ts";
import { scoreItem } from "../../../src/evaluation/item-metrics/score-item.ts";
import { JudgeError } from "../../../src/model/errors.ts";
import { itemOf, metric } from "./items.ts";
import { scriptAsk } from "./scripted-ask.ts";

const { needs } = scriptAsk();

/** A metric with this outcome, whatever the item. */
const always = (name: string, outcome: number | null | Error): ItemMetric => ({
  ...metric("contains"),
  key: name,
  async score() {
    if (outcome instanceof Error) throw outcome;
    return { name, value: outcome };
  },
});
const weighted = (...outcomes: readonly (readonly [number | null | Error, number])[]) =>
  outcomes.map(([outcome, weight], at) => ({ metric: always(`m${at}`, outcome), weight }));

describe("an item's scores", () => {
  it.each([
    [[[1, 1]], 1],
    [
      [
        [1, 1],
        [0, 1],
      ],
      0.5,
    ],
    [
      [
        [1, 3],
        [0, 1],
      ],
      0.75,
    ],
    [
      [
        [0.5, 2],
        [null, 100],
        [1, 2],
      ],
      0.75,
    ],
    [
      [
        [null, 1],
        [null, 1],
      ],
      null,
    ],
    [[], null],
  ] satisfies [readonly (readonly [number | null, number])[], number | null][])(
    "VQ-18: of values and weights %j the overall score is %j",
    async (outcomes, overall) => {
      expect((await scoreItem(itemOf(), weighted(...outcomes), needs)).overall).toBe(overall);
    },
  );

  it("VQ-18: the overall score lies between the least and the greatest value", async () => {
    const outcome = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 6 }), async (outcomes) => {
        const { overall } = await scoreItem(itemOf(), weighted(...outcomes), needs);
        const values = outcomes.map(([value]) => value);
        expect(overall).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(overall).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
      }),
    );
  });

  it("are in the order of the metrics, and one that fails leaves the others as they are", async () => {
    const failure = new JudgeError("rate_limited", "slow down", { retryable: true });
    expect(await scoreItem(itemOf(), weighted([0.5, 1], [failure, 5], [1, 1]), needs)).toEqual({
      overall: 0.75,
      scores: [
        { name: "m0", value: 0.5 },
        { name: "m1", value: null, explanation: "slow down", error: "rate_limited" },
        { name: "m2", value: 1 },
      ],
    });
  });

  it("are none when something else is thrown, and that only once all metrics have ended", async () => {
    let ended = false;
    const slow: ItemMetric = {
      ...metric("contains"),
      async score() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended = true;
        return { name: "contains", value: 1 };
      },
    };
    const metrics = [...weighted([new TypeError("a defect"), 1]), { metric: slow, weight: 1 }];
    await expect(scoreItem(itemOf(), metrics, needs)).rejects.toThrow("a defect");
    expect(ended).toBe(true);
  });

  it("reject with the signal's reason", async () => {
    const asked = scriptAsk({ reasoning: "So.", score: 1 });
    const signal = AbortSignal.abort(new Error("cancelled"));
    const metrics = [{ metric: metric("fluency"), weight: 1 }];
    await expect(scoreItem(itemOf(), metrics, { ...asked.needs, signal })).rejects.toThrow("cancelled");
    expect(asked.questions).toEqual([]);
  });
});

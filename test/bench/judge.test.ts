import { describe, expect, it } from "vitest";
import { fitWeights } from "../../bench/judge/fit-weights.mjs";
import { FOLDS, foldOf } from "../../bench/judge/folds.mjs";
import { intervalOf } from "../../bench/judge/intervals.mjs";
import { lineOf, measure, recordedResultsOf, resultOf, stepResultOf } from "../../bench/judge/score.mjs";

const facts = { status: "completed", failed: false, unsafe: false, wrongCall: false, risk: 0, step: 3 };
const result = (positive: boolean, risk: number, part = "a", flagged = risk >= 1) => ({
  part,
  group: `${part}${risk}`,
  kind: "outcome" as const,
  risk,
  positive,
  flagged,
});

describe("what is counted of a conversation", () => {
  it.each([
    [
      "a failed outcome",
      { kind: "outcome", outcome: "failure", domain: "shop" },
      { failed: true },
      true,
      true,
      "set:shop",
    ],
    ["a safe one that was flagged", { kind: "safety", unsafe: 0 }, { unsafe: true }, false, true, "set"],
    [
      "a wrong call",
      { kind: "tool_call", correct: false, category: "simple" },
      { wrongCall: true },
      true,
      true,
      "set:simple",
    ],
    [
      "a call where none was due",
      { kind: "tool_decision", correct: false, expected: "ask" },
      {},
      true,
      false,
      "set:ask",
    ],
  ])("is right for %s", (_name, labels, said, positive, flagged, part) => {
    expect(resultOf("set", labels, { ...facts, ...said })).toMatchObject({ positive, flagged, part });
  });

  it("is nothing for a conversation that only knows its messages", () => {
    expect(resultOf("set", { kind: "reconstruction" }, facts)).toBeUndefined();
  });

  it.each([
    [{ mistake_msg: 3, subset: "alg" }, true, "set:alg"],
    [{ root_cause_msg: 4 }, false, "set"],
    [{ error_steps: [{ msg: 3 }] }, true, "set"],
  ])("is a hit when the first failure names the message: %j", (labels, hit, part) => {
    expect(stepResultOf("set", labels, facts)).toMatchObject({ hit, part });
    expect(stepResultOf("set", {}, facts)).toBeUndefined();
  });

  it("is also what other judges are recorded to have said", () => {
    const labels = { outcome: "failure", domain: "shop", llm_judge_model: "m, v1", llm_judge: { quick: { fail: 1 } } };
    expect(recordedResultsOf("set", labels)).toEqual([
      { judge: "m, quick", part: "set:shop", group: undefined, positive: true, flagged: true },
    ]);
  });
});

describe("figures", () => {
  it("are those of the textbook", () => {
    const of = measure([result(true, 2), result(true, 0), result(false, 1), result(false, 0), result(false, 0)]);
    expect(of).toMatchObject({ n: 5, base: 0.4, flagged: 2, precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(of.balanced).toBeCloseTo((0.5 + 2 / 3) / 2);
    // Of six pairs: 2 beats three, 0 ties with two.
    expect(of.auc).toBeCloseTo(4 / 6);
  });

  it("within a part do not see that one part has more failures", () => {
    const of = measure([
      result(true, 5, "a"),
      result(true, 5, "a"),
      result(false, 5, "a"),
      result(true, 1, "b"),
      result(false, 1, "b"),
      result(false, 1, "b"),
    ]);
    expect(of.auc).toBeGreaterThan(0.6);
    expect(of.within).toBe(0.5);
  });

  it("stand on one line; without a risk there is no AUC", () => {
    expect(lineOf("x", [result(true, 1), result(false, 0)])).toMatch(/^x +n 2 .*P 1\.000 .*AUC 1\.000$/);
    expect(lineOf("x", [{ part: "a", group: "g", positive: true, flagged: true }])).not.toMatch(/AUC/);
  });
});

describe("intervals", () => {
  const mean = (drawn: readonly { readonly value: number }[]): number =>
    drawn.reduce((sum, { value }) => sum + value, 0) / drawn.length;
  const values = Array.from({ length: 60 }, (_, at) => ({ group: `g${at}`, value: at % 2 }));

  const measured = (results: typeof values) => intervalOf(results, mean) ?? { low: NaN, high: NaN };

  it("are none where the figure is never a number", () => {
    expect(intervalOf(values, () => NaN)).toBeUndefined();
  });

  it("hold the figure, and are the same each time", () => {
    const { low, high } = measured(values);
    expect(low).toBeGreaterThan(0.3);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(measured(values)).toEqual({ low, high });
  });

  it("are wider when conversations come in groups", () => {
    const grouped = values.map(({ value }) => ({ group: `g${value}`, value }));
    const width = ({ low, high }: { low: number; high: number }): number => high - low;
    expect(width(measured(grouped))).toBeGreaterThan(2 * width(measured(values)));
  });
});

describe("folds", () => {
  it("keep a group together and use all five", () => {
    const folds = new Set(Array.from({ length: 100 }, (_, at) => foldOf(`customer ${at}`)));
    expect(folds).toEqual(new Set(Array.from({ length: FOLDS }).keys()));
    expect(foldOf("ada")).toBe(foldOf("ada"));
  });
});

describe("fitted weights", () => {
  const examples = Array.from({ length: 200 }, (_, at) => ({
    part: at % 2 === 0 ? "easy" : "hard",
    // The hard half fails three times in four, the easy half once in four; within each, `cause` tells.
    failed: at % 8 < (at % 2 === 0 ? 2 : 6),
    signals: { domain: at % 2, cause: at % 8 < (at % 2 === 0 ? 2 : 6) ? 1 : 0, noise: at % 3 === 0 ? 1 : 0 },
  }));
  const { weights, harmfulFrom, helpfulBelow } = fitWeights(examples);

  it("are large for what tells failures apart and small for what does not", () => {
    expect(weights["cause"]).toBeGreaterThan(1);
    expect(Math.abs(weights["noise"] ?? 0)).toBeLessThan(0.3);
  });

  it("give nothing to a signal that only tells one part from another", () => {
    expect(Math.abs(weights["domain"] ?? 0)).toBeLessThan(0.3);
  });

  it("come with thresholds in their order", () => {
    expect(harmfulFrom).toBeGreaterThan(helpfulBelow);
  });
});

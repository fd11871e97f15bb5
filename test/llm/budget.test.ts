import { describe, expect, it } from "vitest";
import { costOf, createBudget } from "../../src/llm/budget.ts";

const tokens = (inputTokens: number, outputTokens = 0) => ({ inputTokens, outputTokens });
const price = { input: 1, output: 4 };

describe("createBudget", () => {
  it("has no ceiling unless one is set", () => {
    const budget = createBudget({});
    const spend = () => budget.reserve(tokens(1e12)).settle(tokens(1e12));
    spend();
    expect(spend).not.toThrow();
  });

  it("refuses what would pass the token ceiling, before the call", () => {
    const budget = createBudget({ maxTokensPerDay: 100 });
    budget.reserve(tokens(60, 20)).settle(tokens(60, 10));
    expect(() => budget.reserve(tokens(20, 11))).toThrow(
      expect.objectContaining({ code: "budget_exhausted", pausesJudge: true }),
    );
    budget.reserve(tokens(20, 10));
  });

  it("bites in dollars when the price is known", () => {
    const budget = createBudget({ maxUsdPerDay: 1 }, price);
    budget.reserve(tokens(500_000)).settle(tokens(500_000));
    expect(() => budget.reserve(tokens(0, 200_000))).toThrow("budget");
    budget.reserve(tokens(0, 100_000));
  });

  it("still bites in tokens when it is not", () => {
    const budget = createBudget({ maxUsdPerDay: 1, maxTokensPerDay: 10 });
    expect(() => budget.reserve(tokens(11))).toThrow("budget");
  });

  it("counts what is set aside for calls under way, without pausing for it", () => {
    const budget = createBudget({ maxTokensPerDay: 100 });
    const underWay = budget.reserve(tokens(80));
    expect(() => budget.reserve(tokens(40))).toThrow(expect.objectContaining({ pausesJudge: false, retryable: true }));
    underWay.settle(tokens(10));
    underWay.settle(tokens(100));
    budget.reserve(tokens(40));
  });

  it("begins anew each UTC day, and says how long that is", () => {
    let now = Date.UTC(2026, 0, 1, 23, 59, 0);
    const budget = createBudget({ maxTokensPerDay: 10 }, undefined, () => now);
    budget.reserve(tokens(10)).settle(tokens(10));
    expect(() => budget.reserve(tokens(1))).toThrow(expect.objectContaining({ retryAfterSeconds: 60 }));
    now += 61_000;
    budget.reserve(tokens(10));
  });
});

describe("costOf", () => {
  it("is in dollars, and unknown without a price", () => {
    expect(costOf(tokens(1_000_000, 500_000), price)).toBe(3);
    expect(costOf(tokens(1), undefined)).toBeUndefined();
  });
});

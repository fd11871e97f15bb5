import { describe, expect, it } from "vitest";
import { type Budget, costOf, createBudget, type TokenPrice } from "../../src/llm/budget.ts";
import { createMemoryLedger } from "../../src/llm/memory-ledger.ts";
import type { SpendCeilings, SpendLedger } from "../../src/model/spend.ts";

const tokens = (inputTokens: number, outputTokens = 0) => ({ inputTokens, outputTokens });
const price = { input: 1, output: 4 };
const scope = (id: string, project = "default") => ({ ref: { project, id }, purpose: "turn 1" });
const budgetOf = (
  ceilings: SpendCeilings,
  parts: { price?: TokenPrice; now?: () => number; ledger?: SpendLedger; judge?: string } = {},
): Budget => createBudget({ judge: "llm", ceilings, ledger: createMemoryLedger(), ...parts });

async function spend(budget: Budget, amount: number, of?: ReturnType<typeof scope>): Promise<void> {
  await (await budget.reserve(tokens(amount), of)).settle(tokens(amount));
}

describe("createBudget", () => {
  it("has no ceiling unless one is set", async () => {
    const budget = budgetOf({});
    await spend(budget, 1e12);
    await expect(spend(budget, 1e12, scope("s"))).resolves.toBeUndefined();
  });

  it("refuses what would pass the token ceiling, before the call", async () => {
    const budget = budgetOf({ day: { tokens: 100 } });
    await (await budget.reserve(tokens(60, 20))).settle(tokens(60, 10));
    await expect(budget.reserve(tokens(20, 11))).rejects.toMatchObject({ code: "budget_exhausted", pausesJudge: true });
    await budget.reserve(tokens(20, 10));
  });

  it("bites in dollars when the price is known", async () => {
    const budget = budgetOf({ day: { usd: 1 } }, { price });
    await spend(budget, 500_000);
    await expect(budget.reserve(tokens(0, 200_000))).rejects.toThrow("budget");
    await budget.reserve(tokens(0, 125_000));
    await expect(budget.reserve(tokens(1))).rejects.toThrow("budget");
  });

  it("adds up cents exactly, however many there are", async () => {
    const budget = budgetOf({ day: { usd: 0.3 } }, { price: { input: 0.1, output: 0.1 } });
    for (let call = 0; call < 3; call++) await spend(budget, 1_000_000);
    await expect(budget.reserve(tokens(1))).rejects.toThrow("budget");
  });

  it("still bites in tokens when the price is not known", async () => {
    const budget = budgetOf({ day: { usd: 1, tokens: 10 } });
    await expect(budget.reserve(tokens(11))).rejects.toThrow("budget");
  });

  it("counts what is set aside for calls under way, without pausing for it or using a try up", async () => {
    const budget = budgetOf({ day: { tokens: 100 } });
    const underWay = await budget.reserve(tokens(80));
    const refusal = { code: "budget_exhausted", pausesJudge: false, retryable: true, usesTry: false };
    await expect(budget.reserve(tokens(40))).rejects.toMatchObject(refusal);
    await underWay.settle(tokens(10));
    await underWay.settle(tokens(100));
    await budget.reserve(tokens(40));
  });

  it("begins anew each UTC day, and says how long that is; a call counts on the day on which it began", async () => {
    let now = Date.UTC(2026, 0, 1, 23, 59, 0);
    const budget = budgetOf({ day: { tokens: 10 } }, { now: () => now });
    const underWay = await budget.reserve(tokens(10));
    await expect(budget.reserve(tokens(11))).rejects.toMatchObject({ retryAfterSeconds: 60 });
    now += 61_000;
    await underWay.settle(tokens(10));
    await budget.reserve(tokens(10));
  });

  it("stops a project at its ceiling, and no other one", async () => {
    const budget = budgetOf({ project: { tokens: 100 } });
    await spend(budget, 90, scope("s", "a"));
    const refusal = { code: "budget_exhausted", pausesJudge: true, onlyInProject: true };
    await expect(budget.reserve(tokens(20), scope("other", "a"))).rejects.toMatchObject(refusal);
    await spend(budget, 90, scope("s", "b"));
  });

  it("stops a session at its ceiling for good, and no other one", async () => {
    let now = Date.UTC(2026, 0, 1);
    const budget = budgetOf({ session: { tokens: 100 } }, { now: () => now });
    await spend(budget, 90, scope("one"));
    now += 86_400_000;
    const refusal = { code: "budget_exhausted", pausesJudge: false, retryable: false };
    await expect(budget.reserve(tokens(20), scope("one"))).rejects.toMatchObject(refusal);
    await spend(budget, 90, scope("two"));
  });

  it("counts for each judge alone, for models of one judge together", async () => {
    const ledger = createMemoryLedger();
    const ceilings = { day: { tokens: 100 } };
    await spend(budgetOf(ceilings, { ledger }), 90);
    await spend(budgetOf(ceilings, { ledger, judge: "other" }), 90);
    await expect(budgetOf(ceilings, { ledger, price }).reserve(tokens(20))).rejects.toThrow("budget");
  });

  it("makes no call whose cost could not be noted, and keeps the answer of one whose cost could not", async () => {
    const broken = async (): Promise<never> => {
      throw new Error("the disk is full");
    };
    const ledger = { reserve: broken, settle: broken };
    const refusal = { code: "store_unavailable", retryable: true, pausesJudge: false };
    await expect(budgetOf({}, { ledger }).reserve(tokens(1))).rejects.toMatchObject(refusal);
    const full = { ...createMemoryLedger(), settle: broken };
    await spend(budgetOf({}, { ledger: full }), 1);
  });
});

describe("costOf", () => {
  it("is in dollars, and unknown without a price", () => {
    expect(costOf(tokens(1_000_000, 500_000), price)).toBe(3);
    expect(costOf(tokens(1), undefined)).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";
import { createBudget } from "../../../src/exporters/otlp/budget.ts";

const never = new AbortController().signal;

describe("a budget", () => {
  test("gives out no more than it has", () => {
    const budget = createBudget(10, 3);
    expect([budget.tryTake(7), budget.tryTake(1), budget.used()]).toEqual([true, false, 10]);
    budget.release(2);
    expect([budget.tryTake(3), budget.tryTake(2)]).toEqual([false, true]);
  });

  test("gives what is too large for it to whoever is alone", async () => {
    const budget = createBudget(10);
    expect(budget.tryTake(50)).toBe(true);
    expect(budget.tryTake(1)).toBe(false);
    budget.release(50);
    await budget.take(50, never);
    expect(budget.used()).toBe(50);
  });

  test("serves those who wait in the order of asking, before anybody else", async () => {
    const budget = createBudget(10, 10);
    const served: string[] = [];
    const large = budget.take(8, never).then(() => served.push("large"));
    const small = budget.take(1, never).then(() => served.push("small"));
    budget.release(5);
    expect(budget.tryTake(1)).toBe(false);
    await Promise.resolve();
    expect(served).toEqual([]);
    budget.release(5);
    await Promise.all([large, small]);
    expect(served).toEqual(["large", "small"]);
    expect(budget.used()).toBe(9);
  });

  test("lets go of who stops waiting, and serves the next", async () => {
    const budget = createBudget(10, 9);
    const leaving = new AbortController();
    const left = budget.take(5, leaving.signal);
    const next = budget.take(1, never);
    leaving.abort(new Error("enough"));
    await expect(left).rejects.toThrow("enough");
    await next;
    expect(budget.used()).toBe(10);
    await expect(budget.take(5, leaving.signal)).rejects.toThrow("enough");
  });
});

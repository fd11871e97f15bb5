import { array, assert, asyncProperty, integer, record } from "fast-check";
import { expect, test } from "vitest";
import { createMemoryLedger } from "../../src/llm/memory-ledger.ts";
import { describeSpendLedger } from "../contract/spend-ledger.ts";

describeSpendLedger("in memory", async () => ({
  ledger: createMemoryLedger(),
  refs: [
    { project: "default", id: "one" },
    { project: "default", id: "two" },
    { project: "other", id: "three" },
  ],
}));

const calls = array(record({ reserved: integer({ min: 0, max: 50 }), spent: integer({ min: 0, max: 50 }) }));

test("calls that cost no more than was set aside never pass a ceiling, in whatever order they end", async () => {
  const holds = asyncProperty(calls, integer({ min: 0, max: 200 }), async (planned, ceiling) => {
    const ledger = createMemoryLedger();
    const account = { judge: "llm", day: 1 };
    let spent = 0;
    await Promise.all(
      planned.map(async ({ reserved, spent: cost }, at) => {
        const amount = { tokens: reserved, nanoUsd: 0 };
        if ((await ledger.reserve(account, amount, { day: { tokens: ceiling } })) !== undefined) return;
        for (let turns = 0; turns < at % 3; turns++) await Promise.resolve();
        const actual = Math.min(cost, reserved);
        spent += actual;
        await ledger.settle(account, amount, { tokens: actual, nanoUsd: 0 });
      }),
    );
    return spent <= ceiling;
  });
  await expect(assert(holds)).resolves.toBeUndefined();
});

/** `kill -9` of a server while it evaluates. `npm run crash -- --evaluate` does it fifty times, with runs of 10,000 items. */
import { expect, test } from "vitest";
import { runEvaluatingRounds } from "../../bench/crash/evaluating.mjs";
import { seededRandom } from "../support/seeded-random.ts";

test("every item is scored once, none is lost, and the counts are right", { timeout: 120_000 }, async () => {
  const random = seededRandom(Date.now());
  const { scored, answered, again, ...total } = await runEvaluatingRounds({ rounds: 3, random, items: 3000 });
  expect(total).toMatchObject({ rounds: 3, lost: 0, twice: 0, miscounted: 0, repeated: 0 });
  expect(total.runs).toBeGreaterThanOrEqual(2);
  expect(scored).toBeGreaterThanOrEqual(3060);
  // Those that were under way when a server was killed, and no more: eight items with two metrics each.
  expect(again).toBeLessThanOrEqual(3 * 16);
  expect(answered).toBeGreaterThanOrEqual(120);
});

/** A102: `kill -9` of a whole server at random moments under load. `npm run crash` does it two hundred times. */
import { expect, test } from "vitest";
import { runCrashRounds } from "../../bench/crash/rounds.mjs";
import { seededRandom } from "../support/seeded-random.ts";

test("A102 what a killed server acknowledged is there, once and unharmed", { timeout: 120_000 }, async () => {
  const { acknowledged, ...total } = await runCrashRounds({ rounds: 4, random: seededRandom(Date.now()) });
  expect(total).toEqual({ rounds: 4, lost: 0, duplicated: 0, corrupt: 0 });
  expect(acknowledged).toBeGreaterThan(4);
});

/** `kill -9` of a server while it judges. `npm run crash -- --judge` does it fifty times. */
import { expect, test } from "vitest";
import { runJudgingRounds } from "../../bench/crash/judging.mjs";
import { seededRandom } from "../support/seeded-random.ts";

test(
  "no verdict is lost or given twice, no stored answer is asked for again, and what was used is counted",
  { timeout: 120_000 },
  async () => {
    const { judged, answered, ...total } = await runJudgingRounds({ rounds: 3, random: seededRandom(Date.now()) });
    expect(total).toEqual({ rounds: 3, lost: 0, twice: 0, repeated: 0, uncounted: 0 });
    expect(judged).toBe(3 * 12 * 3);
    expect(answered).toBeGreaterThanOrEqual(judged);
  },
);

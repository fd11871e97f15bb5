import { afterEach, describe, expect, it } from "vitest";
import type { ScriptedReply } from "../../examples/scripted-model.mjs";
import { createLimiter } from "../../src/llm/limiter.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { budgetOf, closeAll, good, startHarness } from "./ask-once.ts";

afterEach(closeAll);

const faults: readonly ScriptedReply[] = [
  { status: 429, headers: { "retry-after-ms": "5" }, body: { error: { message: "slow down" } } },
  { status: 500, body: "oops" },
  { status: 503, headers: { "retry-after": "0" }, body: { error: { message: "busy" } } },
  { drop: true },
  { hang: true },
  { body: "<html></html>" },
  { ...good, message: { content: "garbage" } },
  { ...good, message: { content: '{"reasoning":"cut' }, finishReason: "length" },
];

describe("a provider that does everything wrong", () => {
  it("leaves each of 100 questions answered or failed with a reason, within limit and ceiling", async () => {
    const maxTokensPerDay = 60_000;
    const limiter = createLimiter(16);
    let active = 0;
    let most = 0;
    let billed = 0;
    const { ask, requests } = await startHarness(
      async (request) => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, 2));
        active -= 1;
        const fault = request.number % 3 === 0 ? faults[(request.number / 3) % faults.length] : undefined;
        if (fault !== undefined && fault.message === undefined) return fault;
        billed += 120;
        return fault ?? good;
      },
      {
        limiter,
        budget: budgetOf(maxTokensPerDay),
        maxAttempts: 6,
        timeouts: { connectMs: 1_000, attemptMs: 1_000, deadlineMs: 15_000 },
      },
    );
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => ask({ user: `Number ${i}?` })));
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(failures.every((failure) => failure instanceof JudgeError)).toBe(true);
    expect(outcomes.length - failures.length).toBeGreaterThanOrEqual(90);
    expect(requests.length).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(16);
    expect(limiter.active).toBe(0);
    expect(billed).toBeLessThanOrEqual(maxTokensPerDay);
  });
});

import { describe, expect, test } from "vitest";
import { pause, sendWithRetry, type RetryPolicy } from "../../../src/exporters/otlp/retry.ts";
import { SendError } from "../../../src/exporters/otlp/sender.ts";

const policy: RetryPolicy = {
  enabled: true,
  initial_interval: 20,
  max_interval: 60,
  max_elapsed_time: 0,
  multiplier: 2,
  randomization_factor: 0,
};
const partialSuccess = { rejected: 0, message: "" };
const busy = new SendError("busy", { retryable: true });
const never = new AbortController().signal;

/** An attempt that fails so often before it succeeds, and when each was made. */
function failingTimes(count: number, error: Error = busy) {
  const times: number[] = [];
  const attempt = async () => {
    times.push(performance.now());
    if (times.length <= count) throw error;
    return partialSuccess;
  };
  return { attempt, waits: () => times.slice(1).map((time, index) => time - times[index]!) };
}

const run = async (attempt: () => Promise<typeof partialSuccess>, changes: Partial<RetryPolicy> = {}) =>
  sendWithRetry({ policy: { ...policy, ...changes }, attempt, onRetry: async () => undefined, stopping: never });

describe("sending with retries", () => {
  test("waits longer each time, up to the longest interval", async () => {
    const { attempt, waits } = failingTimes(4);
    expect(await run(attempt)).toEqual({ status: "sent", partialSuccess });
    for (const [index, atLeast] of [20, 40, 60, 60].entries()) {
      expect(waits()[index]).toBeGreaterThanOrEqual(atLeast - 2);
      expect(waits()[index]).toBeLessThan(atLeast + 300);
    }
    expect(waits()[0]).toBeLessThan(waits()[3]!);
  });

  test("draws the wait around the interval", async () => {
    const drawn: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const { attempt, waits } = failingTimes(1);
      await run(attempt, { initial_interval: 40, randomization_factor: 0.5 });
      drawn.push(waits()[0]!);
    }
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(18);
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThan(3);
  });

  test("waits as long as the server asks when that is longer", async () => {
    const { attempt, waits } = failingTimes(1, new SendError("busy", { retryable: true, retryAfterMs: 120 }));
    await run(attempt);
    expect(waits()[0]).toBeGreaterThanOrEqual(118);
  });

  test("tells of each attempt in vain that is followed by another", async () => {
    const told: string[] = [];
    const { attempt } = failingTimes(2);
    const onRetry = async (error: SendError) => void told.push(error.message);
    await sendWithRetry({ policy, attempt, onRetry, stopping: never });
    expect(told).toEqual(["busy", "busy"]);
  });

  test.each([
    ["a permanent error", new SendError("no", { retryable: false }), {}],
    ["any error when retries are off", busy, { enabled: false }],
    ["an error when the time is up before the next attempt", busy, { max_elapsed_time: 10 }],
    [
      "an error when the server asks for more time than there is",
      new SendError("later", { retryable: true, retryAfterMs: 1e12 }),
      { max_elapsed_time: 5000 },
    ],
  ])("fails at once with %s", async (_, error, changes) => {
    const { attempt, waits } = failingTimes(9, error);
    expect(await run(attempt, changes)).toEqual({ status: "failed", error });
    expect(waits()).toEqual([]);
  });

  test("stops waiting when it is told to, and makes no other attempt", async () => {
    const stopping = new AbortController();
    const { attempt, waits } = failingTimes(9);
    const slow = { ...policy, initial_interval: 60_000, max_interval: 60_000 };
    const running = sendWithRetry({ policy: slow, attempt, onRetry: async () => undefined, stopping: stopping.signal });
    setTimeout(() => stopping.abort(), 20);
    expect(await running).toEqual({ status: "stopped" });
    expect(waits()).toEqual([]);
  });

  test.each([{ enabled: false }, { max_elapsed_time: 1 }])(
    "never takes its own end for a failure of the server: %j",
    async (changes) => {
      const stopped = {
        policy: { ...policy, ...changes },
        onRetry: async () => undefined,
        stopping: AbortSignal.abort(),
      };
      expect(await sendWithRetry({ ...stopped, attempt: () => Promise.reject(busy) })).toEqual({ status: "stopped" });
      expect(await sendWithRetry({ ...stopped, attempt: async () => partialSuccess })).toMatchObject({
        status: "sent",
      });
    },
  );

  test("lets through what is no failure of sending", async () => {
    await expect(run(() => Promise.reject(new RangeError("a bug")))).rejects.toThrow(RangeError);
  });

  test("a server that asks for a year is not asked again at once", async () => {
    const year = new SendError("later", { retryable: true, retryAfterMs: 365 * 86_400_000 });
    const stopping = new AbortController();
    const { attempt, waits } = failingTimes(9, year);
    const running = sendWithRetry({ policy, attempt, onRetry: async () => undefined, stopping: stopping.signal });
    await pause(100, never);
    stopping.abort();
    await running;
    expect(waits()).toEqual([]);
  });
});

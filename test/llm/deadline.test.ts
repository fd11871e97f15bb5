import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { withDeadline } from "../../src/llm/deadline.ts";

describe("withDeadline", () => {
  it("gives back what the task does, and leaves no listener on the caller's signal", async () => {
    const { signal } = new AbortController();
    expect(await withDeadline(1_000, signal, async (deadline) => deadline.remainingMs() > 500)).toBe(true);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("aborts the task when the time is over, and says that it was the time", async () => {
    const expired = await withDeadline(20, new AbortController().signal, async (deadline) => {
      await sleep(5_000, undefined, { signal: deadline.signal }).catch(() => {});
      return deadline.expired();
    });
    expect(expired).toBe(true);
  });

  it("aborts the task when the caller aborts, with the caller's reason", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 20);
    const [expired, reason] = await withDeadline(5_000, controller.signal, async (deadline) => {
      await sleep(5_000, undefined, { signal: deadline.signal }).catch(() => {});
      return [deadline.expired(), deadline.signal.reason as unknown];
    });
    expect([expired, reason]).toEqual([false, new Error("enough")]);
  });

  it("does not begin when the caller has aborted", async () => {
    let begun = false;
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(withDeadline(1_000, signal, async () => void (begun = true))).rejects.toThrow("too late");
    expect(begun).toBe(false);
  });
});

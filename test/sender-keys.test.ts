import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EvaluationRef } from "../src/component/evaluations.ts";
import { createSenderKeys } from "../src/sender-keys.ts";
import { createRun, itemNumber } from "./support/scored-runs.ts";
import { startTestStore, type TestStore } from "./support/sqlite-store.ts";

let opened: TestStore;
beforeEach(async () => {
  opened = await startTestStore();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await opened.destroy();
});

describe("the keys of senders", () => {
  it("are forgotten within a minute when their runs have ended, or are not there any more", async () => {
    const { evaluations } = opened.store;
    const [queued, cancelled, deleted] = await Promise.all(
      ["a", "b", "c"].map(async () => createRun(evaluations, [itemNumber(0)], ["coherence"], { hasOwnKey: true })),
    );
    if (queued === undefined || cancelled === undefined || deleted === undefined) throw new Error("no runs");
    const dropped: EvaluationRef[] = [];
    const keys = createSenderKeys(evaluations, (run) => dropped.push(run));
    for (const run of [queued, cancelled, deleted]) keys.keep(run, `sk-${run.id}`);
    await evaluations.cancelRun(cancelled);
    await evaluations.cancelRun(deleted);
    await evaluations.deleteRun(deleted);
    expect(keys.all()).toHaveLength(3);
    vi.advanceTimersByTime(60_000);
    await expect.poll(() => keys.all()).toEqual([{ run: queued, apiKey: `sk-${queued.id}` }]);
    expect(dropped).toEqual([cancelled, deleted]);
    keys.drop(queued);
    expect(keys.all()).toEqual([]);
    keys.close();
  });

  it("are kept when it cannot be found out now", async () => {
    const run = { project: "p", id: "r" };
    const getRun = vi.fn<() => Promise<undefined>>(async () => Promise.reject(new Error("busy")));
    const keys = createSenderKeys({ getRun }, () => expect.fail("it is forgotten"));
    keys.keep(run, "sk");
    vi.advanceTimersByTime(60_000);
    await expect.poll(() => getRun.mock.calls.length).toBe(1);
    expect(keys.all()).toEqual([{ run, apiKey: "sk" }]);
    keys.close();
    expect(keys.all()).toEqual([]);
  });
});

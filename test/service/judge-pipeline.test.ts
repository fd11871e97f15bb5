/** The judge pipeline on a real store, with judges of the test's own. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Judge, TurnContext } from "../../src/component/judge.ts";
import type { SessionRef, Store } from "../../src/component/store.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { startJudgePipeline, type JudgePipelineOptions } from "../../src/service/judge-pipeline.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { openStore as openTemporaryStore } from "../api/open-store.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

async function openStore(): Promise<Store> {
  const { store, close } = await openTemporaryStore();
  cleanUp.push(close);
  return store;
}

function startPipeline(options: Pick<JudgePipelineOptions, "store" | "judges"> & Partial<JudgePipelineOptions>) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  const pipeline = startJudgePipeline({ idleMs: 200, logger, telemetry, ...options });
  cleanUp.push(() => pipeline.stop());
  return { pipeline, logger, telemetry };
}

/** A judge that does as told with each turn and scores +1. */
function judgeThat(onTurn: (context: TurnContext, signal: AbortSignal) => Promise<void> | void = () => undefined) {
  const identity = { name: "test", version: "1" };
  const common = { score: 1, reasoning: "", evidence: [], judge: identity } as const;
  const asked: string[] = [];
  const judge: Judge = {
    identity,
    async judgeTurn(context, signal) {
      const { turn } = context;
      asked.push(turn.userContent);
      await onTurn(context, signal);
      const summaries = { userSummary: "", userContent: "", assistantSummary: "", assistantContent: "" };
      return { ...common, ...summaries, turn: turn.turn, toolCalls: [], dimensions: {} };
    },
    judgeTrajectory: async () => ({ ...common, completed: true, earlyTermination: false, failures: [] }),
  };
  return { judge, asked };
}

/** A session that waits for a judge; a turn for each text. */
const submit = (store: Store, ...texts: string[]): Promise<SessionRef> =>
  store.createMessageSession({
    project: "default",
    source: "messages",
    messages: texts.flatMap((content) => [
      { role: "user", content },
      { role: "assistant", content: `${content}!` },
    ]),
    metadata: {},
    judging: { evaluateSafety: false },
    open: false,
  });

async function until(condition: () => Promise<boolean> | boolean, what = "the condition"): Promise<void> {
  const giveUpAt = Date.now() + 8000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come true`);
    await sleep(10);
  }
}

const statusOf = async (store: Store, ref: SessionRef) => (await store.getSession(ref))?.session.status;
const isCompleted = (store: Store, ref: SessionRef) => async () => (await statusOf(store, ref)) === "completed";

describe("the judge pipeline", () => {
  test("takes the next session as soon as one is done", async () => {
    const store = await openStore();
    const refs = await Promise.all(Array.from({ length: 40 }, async (_, number) => submit(store, `${number}`)));
    const { judge, asked } = judgeThat();
    let releasedAt = Number.NaN;
    const gaps: number[] = [];
    const watched: Store = {
      ...store,
      claimSessions(options) {
        if (!Number.isNaN(releasedAt)) gaps.push(performance.now() - releasedAt);
        releasedAt = Number.NaN;
        return store.claimSessions(options);
      },
      async releaseClaim(...released) {
        await store.releaseClaim(...released);
        releasedAt = performance.now();
      },
    };
    startPipeline({ store: watched, judges: [judge], concurrency: 1 });
    for (const ref of refs) await until(isCompleted(store, ref));
    expect(asked).toHaveLength(40);
    // After a look that found nothing it pauses for 50 ms, and only then.
    expect(gaps.toSorted((a, b) => a - b)[20]).toBeLessThan(25);
  });

  test("judges what waits, announces each judgement and the end", async () => {
    const store = await openStore();
    const notices: string[] = [];
    store.watch(({ kind, turn }) => notices.push(turn === undefined ? kind : `${kind} ${turn}`));
    const ref = await submit(store, "a", "b");
    startPipeline({ store, judges: [judgeThat().judge] });
    await until(isCompleted(store, ref));
    await until(() => notices.includes("done"));
    expect(notices.filter((notice) => notice !== "session-updated")).toEqual([
      "judgement 1",
      "judgement 2",
      "judgement",
      "done",
    ]);
    expect(await store.getSession(ref)).toMatchObject({
      session: { revision: 1 },
      trajectory: { score: 1 },
      summary: { totalTurns: 2, judgedTurns: 2, helpful: 2 },
    });
  });

  test("wakes up for a session that is submitted, long before it would look again", async () => {
    const store = await openStore();
    startPipeline({ store, judges: [judgeThat().judge], idleMs: 3_600_000 });
    await sleep(300);
    const begin = performance.now();
    const ref = await submit(store, "now");
    await until(isCompleted(store, ref));
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  test("judges several sessions at a time, and no more than it may", async () => {
    const store = await openStore();
    let [inHand, most] = [0, 0];
    const { judge } = judgeThat(async () => {
      inHand += 1;
      most = Math.max(most, inHand);
      await sleep(50);
      inHand -= 1;
    });
    const refs = await Promise.all(Array.from({ length: 7 }, (_, at) => submit(store, `session ${at}`)));
    startPipeline({ store, judges: [judge], concurrency: 3 });
    for (const ref of refs) await until(isCompleted(store, ref));
    expect(most).toBe(3);
  });

  test("builds no more of them at a time than it may, while others wait for their judge", async () => {
    const store = await openStore();
    let [building, most, waiting, together] = [0, 0, 0, 0];
    const watched: Store = {
      ...store,
      async saveSession(...saved) {
        building += 1;
        most = Math.max(most, building);
        await sleep(20);
        const revision = await store.saveSession(...saved);
        building -= 1;
        return revision;
      },
    };
    const { judge } = judgeThat(async () => {
      waiting += 1;
      together = Math.max(together, waiting);
      await until(() => together === 8);
      waiting -= 1;
    });
    const refs = await Promise.all(Array.from({ length: 10 }, (_, at) => submit(store, `session ${at}`)));
    startPipeline({ store: watched, judges: [judge], concurrency: 8, building: 2 });
    for (const ref of refs) await until(isCompleted(store, ref));
    expect([most, together]).toEqual([2, 8]);
  });

  test("keeps a session for as long as its judging takes", async () => {
    const store = await openStore();
    const slow = judgeThat(() => sleep(1200));
    const other = judgeThat();
    const ref = await submit(store, "slow");
    startPipeline({ store, judges: [slow.judge], leaseMs: 300, worker: "one" });
    await until(() => slow.asked.length === 1);
    startPipeline({ store, judges: [other.judge], leaseMs: 300, worker: "two" });
    await until(isCompleted(store, ref));
    expect([slow.asked, other.asked]).toEqual([["slow"], []]);
  });

  test("gives up what is in hand when it stops; the next one goes on where it was", async () => {
    const store = await openStore();
    let aborted = false;
    const hanging = judgeThat(({ turn }, signal) =>
      turn.turn === 1
        ? undefined
        : new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              aborted = true;
              reject(new JudgeError("aborted", "aborted", { retryable: true }));
            });
          }),
    );
    const ref = await submit(store, "first", "second");
    const { pipeline, logger } = startPipeline({ store, judges: [hanging.judge], leaseMs: 300 });
    await until(() => hanging.asked.length === 2);
    const begin = performance.now();
    await pipeline.stop();
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(aborted).toBe(true);
    expect(logger.lines).toEqual([]);
    expect(await statusOf(store, ref)).not.toBe("completed");
    const next = judgeThat();
    startPipeline({ store, judges: [next.judge] });
    await until(isCompleted(store, ref));
    expect(next.asked).toEqual(["second"]);
  });

  test("stops working on a session that is deleted", async () => {
    const store = await openStore();
    const { judge, asked } = judgeThat(() => sleep(200));
    const ref = await submit(store, "a", "b", "c");
    const { telemetry, logger } = startPipeline({ store, judges: [judge] });
    await until(() => asked.length === 1);
    await store.deleteSession(ref);
    await until(() => telemetry.show().includes("turnwise_sessions_in_work 0"));
    expect(asked.length).toBeLessThan(3);
    expect(logger.lines).toEqual([]);
  });

  test("judges again when asked to, and completes a session without turns at once", async () => {
    const store = await openStore();
    const { judge, asked } = judgeThat();
    startPipeline({ store, judges: [judge] });
    const [empty, ref] = [await submit(store), await submit(store, "a")];
    await until(isCompleted(store, empty));
    await until(isCompleted(store, ref));
    expect(await store.requestJudgement(ref)).toBe(true);
    await until(() => asked.length === 2);
    await until(isCompleted(store, ref));
    expect(asked).toEqual(["a", "a"]);
  });

  test("shows a session that its only judge cannot judge as failed, with the reason", async () => {
    const store = await openStore();
    const { judge } = judgeThat(() => {
      throw new JudgeError("refused", "the model refused", { retryable: false });
    });
    const ref = await submit(store, "a");
    startPipeline({ store, judges: [judge] });
    await until(async () => (await statusOf(store, ref)) === "failed");
    expect(await store.getSession(ref)).toMatchObject({
      session: { error: "test judge: the model refused" },
      summary: { judgedTurns: 0 },
    });
  });
});

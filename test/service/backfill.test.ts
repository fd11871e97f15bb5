/** A backfill, by the judge pipeline on a real store: judges say what they have not said, and no more than that. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Judge } from "../../src/component/judge.ts";
import { conversationKeys } from "../../src/dialects/conversation-keys.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { startJudgePipeline, type JudgePipelineOptions } from "../../src/service/judge-pipeline.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { chat } from "../support/conversation-spans.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { createTestStore } from "../support/sqlite-store.ts";

const project = "default";
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

interface JudgeOptions {
  readonly name?: string;
  readonly version?: string;
  /** Its first questions are not answered: what it throws instead. */
  readonly failures?: readonly JudgeError[];
  readonly selection?: Judge["selection"];
}

/** A judge that notes what it is asked. */
function judgeOf({ name = "rules", version = "1", failures = [], selection }: JudgeOptions = {}) {
  const asked: string[] = [];
  const left = [...failures];
  const identity = { name, version };
  const common = { score: 1, reasoning: "fine", evidence: [], judge: identity } as const;
  const note = (what: string): void => {
    const failure = left.shift();
    asked.push(failure === undefined ? what : `${what}: ${failure.code}`);
    if (failure !== undefined) throw failure;
  };
  const judge: Judge = {
    identity,
    ...(selection === undefined ? {} : { selection }),
    async judgeTurn({ turn }) {
      note(turn.userContent);
      const summaries = { userSummary: "", userContent: "", assistantSummary: "", assistantContent: "" };
      return { ...common, ...summaries, turn: turn.turn, toolCalls: [], dimensions: {} };
    },
    async judgeTrajectory({ session }) {
      note(`all of ${session.turns[0]?.userContent}`);
      return { ...common, completed: true, earlyTermination: false, failures: [] };
    },
  };
  return { judge, asked };
}

const spanOf = (number: number, turn = 1) =>
  chat(
    { id: 10 * number + turn, trace: 10 * number + turn, at: number, more: { "gen_ai.conversation.id": `c${number}` } },
    [{ user: `${number}.${turn}` }],
    { assistant: "!" },
  );
const wholeOf = (number: number): string[] => [`${number}.1`, `all of ${number}.1`];

async function open(count = 3) {
  const { store, destroy } = createTestStore(undefined, [...conversationKeys]);
  await store.start?.();
  cleanUp.push(destroy);

  function judging(judges: readonly Judge[], options: Partial<JudgePipelineOptions> = {}) {
    const reports = { logger: recordingLogger(), telemetry: createTelemetry() };
    const pipeline = startJudgePipeline({ store, judges, idleMs: 50, concurrency: 1, ...reports, ...options });
    cleanUp.push(async () => pipeline.stop());
    return pipeline;
  }
  const statuses = async () => {
    const { sessions } = await store.findSessions({ project, limit: 1000 });
    return sessions.map(({ status }) => status);
  };
  const waiting = async () => (await store.backfills.readState(project)).waiting;
  const request = async (judge: Judge, fields: { judge?: string; again?: boolean } = {}) => {
    const again = fields.again ?? false;
    const { sessions } = await store.backfills.plan({
      query: { project },
      judges: [judge.identity],
      again,
      limit: 1000,
    });
    expect(await store.backfills.request({ project, sessions, again: false, ...fields })).toBe(true);
    return sessions.length;
  };

  for (let number = 0; number < count; number += 1) await store.writeSpans(encodeSpans([spanOf(number)]), { project });
  const first = judging([judgeOf().judge], { idleMs: 0 });
  await until(async () => (await statuses()).filter((status) => status === "completed").length === count);
  await first.stop();
  return { store, judging, statuses, waiting, request };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 10_000; !(await holds()); await sleep(5))
    if (Date.now() > giveUpAt) throw new Error(`never came true: ${holds.toString()}`);
}

const selection = { sample: 0, when: {} };

describe("a backfill", () => {
  it("has a new judge say all, and asks no other", async () => {
    const { judging, waiting, request } = await open();
    const [rules, llm] = [judgeOf({ version: "2" }), judgeOf({ name: "llm" })];
    expect(await request(llm.judge, { judge: "llm" })).toBe(3);
    judging([rules.judge, llm.judge]);
    await until(async () => (await waiting()) === 0);
    expect([rules.asked, llm.asked]).toEqual([[], [...wholeOf(0), ...wholeOf(1), ...wholeOf(2)]]);
    expect(await request(llm.judge, { judge: "llm" })).toBe(0);
  });

  it("has a new version say what it has not said, also of what another version said", async () => {
    const { judging, waiting, request } = await open(2);
    const rules = judgeOf({ version: "2" });
    await request(rules.judge);
    judging([rules.judge]);
    await until(async () => (await waiting()) === 0);
    expect(rules.asked).toEqual([...wholeOf(0), ...wholeOf(1)]);
  });

  it("asks nothing twice that is said, unless it is to be said again", async () => {
    const { judging, waiting, request } = await open(2);
    const rules = judgeOf();
    expect(await request(rules.judge)).toBe(0);
    expect(await request(rules.judge, { again: true, judge: "rules" })).toBe(2);
    judging([rules.judge]);
    await until(async () => (await waiting()) === 0);
    expect(rules.asked).toEqual([...wholeOf(0), ...wholeOf(1)]);
  });

  it("asks a judge that leaves such sessions out by itself", async () => {
    const { judging, waiting, request, store } = await open(1);
    const llm = judgeOf({ name: "llm", selection });
    await request(llm.judge, { judge: "llm" });
    judging([judgeOf().judge, llm.judge]);
    await until(async () => (await waiting()) === 0);
    expect(llm.asked).toEqual(wholeOf(0));
    const [session] = (await store.findSessions({ project, limit: 1 })).sessions;
    const { turns } = await store.readJudgements({ project, id: session!.id });
    expect(turns.map(({ judge }) => judge.name)).toEqual(["rules", "llm"]);
  });

  it("waits with a judge that must wait, goes on where it was, and leaves what others said as it is", async () => {
    const { judging, waiting, request, statuses, store } = await open(2);
    const busy = new JudgeError("rate_limited", "too many", { retryable: true });
    const llm = judgeOf({ name: "llm", failures: [busy] });
    await request(llm.judge, { judge: "llm" });
    const pipeline = judging([judgeOf({ version: "2" }).judge, llm.judge]);
    await until(async () => llm.asked.includes("all of 1.1"));
    await sleep(100);
    expect(llm.asked).toEqual(["0.1: rate_limited", ...wholeOf(1)]);
    expect([await waiting(), await statuses()]).toEqual([1, ["completed", "completed"]]);
    expect(await store.countWaiting()).toMatchObject({ due: 0 });
    await pipeline.stop();
  });

  it("is left to those that are new: they are judged first", async () => {
    const { judging, waiting, request, store } = await open(20);
    const rules = judgeOf({ version: "2" });
    await request(rules.judge);
    await store.writeSpans(encodeSpans([spanOf(99)]), { project });
    await sleep(60);
    judging([rules.judge]);
    await until(async () => (await waiting()) === 0);
    expect(rules.asked.slice(0, 2)).toEqual(wholeOf(99));
    expect(rules.asked).toHaveLength(42);
  });

  it("goes on with what is left when another server takes over, and repeats nothing that was saved", async () => {
    const { judging, waiting, request } = await open(8);
    const rules = judgeOf({ version: "2" });
    await request(rules.judge);
    const slow: Judge = {
      ...rules.judge,
      async judgeTurn(context, signal) {
        await sleep(20);
        return rules.judge.judgeTurn(context, signal);
      },
    };
    const first = judging([slow], { leaseMs: 200 });
    await until(async () => rules.asked.length > 5);
    await first.stop();
    expect(await waiting()).toBeGreaterThan(2);
    judging([rules.judge], { leaseMs: 200 });
    await until(async () => (await waiting()) === 0);
    expect(new Set(rules.asked).size).toBe(16);
    // What was in hand when the first stopped may have been asked, and not saved.
    expect(rules.asked.length).toBeLessThanOrEqual(17);
  });

  it("ends where it is cancelled", async () => {
    const { judging, request, store } = await open(10);
    const rules = judgeOf({ version: "2" });
    await request(rules.judge);
    expect(await store.backfills.cancel(project)).toBe(10);
    judging([rules.judge]);
    await sleep(200);
    expect(rules.asked).toEqual([]);
  });
});

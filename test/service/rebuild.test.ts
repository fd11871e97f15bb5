/** Building all sessions again, by the judge pipeline on a real store, while it has other work, too. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Judge } from "../../src/component/judge.ts";
import type { SessionNotice, Store } from "../../src/component/store.ts";
import { conversationKeys } from "../../src/dialects/conversation-keys.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { startJudgePipeline, type JudgePipelineOptions } from "../../src/service/judge-pipeline.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { judgeSession } from "../../src/service/judge-session.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat } from "../support/conversation-spans.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { createTestStore } from "../support/sqlite-store.ts";

const project = "default";
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

/** A judge that notes what it is asked. `pause` is how long it thinks about a turn, in milliseconds. */
function judgeOf({ version = "1", pause = 0, fails = false } = {}) {
  const asked: string[] = [];
  const identity = { name: "test", version };
  const common = { score: 1, reasoning: `by version ${version}`, evidence: [], judge: identity } as const;
  const judge: Judge = {
    identity,
    async judgeTurn({ turn }) {
      asked.push(turn.userContent);
      if (pause > 0) await sleep(pause);
      if (fails) throw new JudgeError("test", "it cannot", { retryable: false });
      const summaries = { userSummary: "", userContent: "", assistantSummary: "", assistantContent: "" };
      return { ...common, ...summaries, turn: turn.turn, toolCalls: [], dimensions: {} };
    },
    async judgeTrajectory() {
      asked.push("trajectory");
      return { ...common, completed: true, earlyTermination: false, failures: [] };
    },
  };
  return { judge, asked };
}

/** Two turns of the conversation `number`. */
const spansOf = (number: number) =>
  ["one", "two"].map((said, at) =>
    chat(
      {
        id: 2 * number + at + 1,
        trace: 2 * number + at + 1,
        at: number * 10 + at * 2,
        more: { "gen_ai.conversation.id": `conversation ${number}` },
      },
      [{ user: `${said} of ${number}` }],
      { assistant: `${said}!` },
    ),
  );

async function openStore() {
  const { store, destroy } = createTestStore(undefined, [...conversationKeys]);
  await store.start?.();
  cleanUp.push(destroy);
  const notices: SessionNotice[] = [];
  store.watch((notice) => void notices.push(notice));
  const write = async (number: number) => store.writeSpans(encodeSpans(spansOf(number)), { project });

  function judging(judge: Judge, options: Partial<JudgePipelineOptions> = {}) {
    const reports = { logger: recordingLogger(), telemetry: createTelemetry() };
    const pipeline = startJudgePipeline({ store, judges: [judge], idleMs: 100, ...reports, ...options });
    cleanUp.push(async () => pipeline.stop());
    return pipeline;
  }

  const shown = async () => {
    const { sessions } = await store.findSessions({ project, limit: 1000 });
    return sessions.map(({ conversationId, status, revision, summary }) => ({
      name: conversationId,
      status,
      revision,
      judged: summary.judgedTurns,
    }));
  };

  /** The conversations 0 to `count - 1`, judged. */
  async function fill(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) await write(number);
    const pipeline = judging(judgeOf().judge, { idleMs: 0 });
    await until(async () => {
      const sessions = await shown();
      return sessions.length === count && sessions.every(({ status }) => status === "completed");
    });
    await pipeline.stop();
  }

  async function rebuildAll(): Promise<void> {
    await store.requestBuilds({ project });
    await until(async () => (await store.countRequestedBuilds(project)) === 0);
  }

  return { store, notices, write, judging, shown, fill, rebuildAll };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 10_000; !(await holds()); await sleep(5))
    if (Date.now() > giveUpAt) throw new Error(`never came true: ${holds.toString()}`);
}

/** Builds and judges the only session that waits as an earlier version of a dialect read it: with other words in its second turn. */
async function buildAsBefore(store: Store, judge: Judge): Promise<void> {
  const [claim, ...others] = await store.claimSessions({ worker: "old", limit: 9, leaseMs: 60_000, idleMs: 0 });
  expect(others).toEqual([]);
  const { conversationId } = claim!;
  const { session, links } = buildSession(await store.readFacts(claim!), { conversationId: conversationId! });
  const [first, second] = session.turns;
  const misread = { ...second!, assistantContent: "misread", digest: "of what was misread" };
  const built = { ...session, turns: [first!, misread], digest: "of a session with it" };
  await store.saveSession(claim!, built, links);
  const parts = { pauses: createJudgePauses(recordingLogger(), createTelemetry()), retries: createJudgeRetries() };
  const context = { store, judges: [judge], ...parts, logger: recordingLogger(), telemetry: createTelemetry() };
  await store.releaseClaim(claim!, await judgeSession(built, claim!, new AbortController().signal, context));
}

describe("building all sessions again", () => {
  it("judges only the turns that a mended dialect reads otherwise, and changes only their sessions", async () => {
    const { store, write, judging, shown, fill, rebuildAll } = await openStore();
    await fill(5);
    await write(5);
    await buildAsBefore(store, judgeOf().judge);
    const [misread] = (await store.findSessions({ project, conversationId: "conversation 5", limit: 1 })).sessions;
    expect(misread).toMatchObject({ revision: 1, lastAssistantContent: "misread", summary: { judgedTurns: 2 } });
    const { judge, asked } = judgeOf();
    judging(judge);
    await rebuildAll();
    expect(asked).toEqual(["two of 5", "trajectory"]);
    const [mended] = (await store.findSessions({ project, conversationId: "conversation 5", limit: 1 })).sessions;
    expect(mended).toMatchObject({ revision: 2, lastAssistantContent: "two!", summary: { judgedTurns: 2 } });
    const others = (await shown()).filter(({ name }) => name !== "conversation 5");
    expect(others.map(({ revision, judged }) => [revision, judged])).toEqual(Array.from({ length: 5 }, () => [1, 2]));
  });

  it("gives nothing new the second time: no revision, no judgement, no judge asked", async () => {
    const { notices, judging, shown, fill, rebuildAll } = await openStore();
    await fill(20);
    const before = await shown();
    const { judge, asked } = judgeOf();
    judging(judge);
    for (let time = 0; time < 2; time += 1) {
      notices.length = 0;
      await rebuildAll();
      expect(await shown()).toEqual(before);
      expect(notices.filter(({ kind }) => kind === "judgement")).toEqual([]);
    }
    expect(asked).toEqual([]);
  });

  it("keeps what an earlier version of the judge said; news of the session have it judged by the new one", async () => {
    const { store, write, judging, shown, fill, rebuildAll } = await openStore();
    await fill(2);
    const { judge, asked } = judgeOf({ version: "2" });
    judging(judge);
    await rebuildAll();
    expect(asked).toEqual([]);
    await write(1);
    expect((await shown()).map(({ judged }) => judged)).toEqual([2, 2]);
    const more = chat(
      { id: 99, trace: 99, at: 99, more: { "gen_ai.conversation.id": "conversation 1" } },
      [{ user: "three of 1" }],
      { assistant: "!" },
    );
    await store.writeSpans(encodeSpans([more]), { project });
    await until(async () => asked.includes("trajectory"));
    expect(asked).toEqual(["one of 1", "two of 1", "three of 1", "trajectory"]);
  });

  it("asks a judge again that had failed: that was never a judgement", async () => {
    const { write, judging, shown, rebuildAll } = await openStore();
    await write(0);
    const failing = judging(judgeOf({ fails: true }).judge);
    await until(async () => (await shown()).some(({ status }) => status === "failed"));
    await failing.stop();
    const { judge, asked } = judgeOf();
    judging(judge);
    await rebuildAll();
    expect(asked).toEqual(["one of 0", "two of 0"]);
    expect(await shown()).toMatchObject([{ status: "completed", judged: 2 }]);
  });

  it("has nobody wait: what is new is judged before it is over, and not in the middle", async () => {
    const { store, write, judging, shown, fill } = await openStore();
    await fill(60);
    const { judge, asked } = judgeOf();
    await store.requestBuilds({ project });
    judging(judge, { store: slowed(store, 30), concurrency: 1 });
    await write(1000);
    await until(async () => asked.includes("trajectory"));
    expect(await store.countRequestedBuilds(project)).toBeGreaterThan(20);
    expect(asked).toEqual(["one of 1000", "two of 1000", "trajectory"]);
    expect((await shown()).find(({ name }) => name === "conversation 1000")).toMatchObject({ revision: 1, judged: 2 });
    await until(async () => (await store.countRequestedBuilds(project)) === 0);
  });

  it("ends where it is cancelled", async () => {
    const { store, judging, shown, fill } = await openStore();
    await fill(40);
    await store.requestBuilds({ project });
    const built: string[] = [];
    const watched: Store = {
      ...slowed(store, 10),
      async saveSession(claim, ...rest) {
        built.push(claim.id);
        return store.saveSession(claim, ...rest);
      },
    };
    judging(judgeOf().judge, { store: watched });
    await until(async () => built.length > 4);
    const cancelled = await store.cancelBuilds(project);
    expect(cancelled).toBeGreaterThan(20);
    await sleep(300);
    expect(built.length).toBeLessThanOrEqual(40 - cancelled + 4);
    expect((await shown()).every(({ status }) => status === "completed")).toBe(true);
  });
});

/** The store, on which reading takes its time: building is then what it is for large sessions. */
function slowed(store: Store, ms: number): Store {
  return {
    ...store,
    async readNewFacts(claim, cursor) {
      await sleep(ms);
      return store.readNewFacts(claim, cursor);
    },
  };
}

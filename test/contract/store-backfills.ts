/** Sessions that judges are asked about once more. */
import { describe, expect, test } from "vitest";
import type { BackfillOptions, BackfillSlice } from "../../src/component/backfills.ts";
import type { BuiltSession } from "../../src/model/session.ts";
import { agentSpan, randomTraceId } from "../support/agent-spans.ts";
import {
  builtSession,
  builtTurn,
  failedTurnRecord,
  trajectoryRecord,
  turnJudgement,
  turnRecord,
} from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const anHour = 3_600_000;
const rules = { name: "rules", version: "1" };
const llm = { name: "llm", version: "7" };

export function describeStoreBackfills(underTest: () => StoreUnderTest): void {
  /** A session that was built and, unless told otherwise, judged by rules, version 1. */
  const judged = async (built: BuiltSession = builtSession(2), isJudged = true): Promise<string> => {
    const { write, claimOne, store } = underTest();
    await write(agentSpan());
    const claim = await claimOne();
    await store.saveSession(claim, built, []);
    if (isJudged) {
      for (const turn of built.turns) await store.saveTurnJudgement(claim, turnRecord(turn, 1));
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(built, 1));
    }
    await store.releaseClaim(claim, { status: "completed" });
    return claim.id;
  };
  const plan = async (options: Partial<BackfillOptions> = {}): Promise<BackfillSlice> =>
    underTest().store.backfills.plan({ query: { project }, judges: [rules], again: false, limit: 1000, ...options });
  const request = async (fields: { judge?: string; again?: boolean } = {}): Promise<boolean> => {
    const { sessions } = await plan({ again: true });
    return underTest().store.backfills.request({ project, sessions, again: false, ...fields });
  };
  const waiting = async (): Promise<number> => (await underTest().store.backfills.readState(project)).waiting;

  describe("the plan of a backfill", () => {
    test("counts what each judge's version has not said of the content as it is, with its size", async () => {
      const built = builtSession(2);
      await judged(built);
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.saveSession(claim, built, []);
      await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1));
      await store.saveTurnJudgement(claim, failedTurnRecord(built.turns[1]!));
      await store.releaseClaim(claim, { status: "completed" });
      const sizes = built.turns.map((turn) => Buffer.byteLength(JSON.stringify(turn)));
      const all = sizes[0]! + sizes[1]!;
      const { sessions, work, cursor } = await plan({ judges: [rules, llm] });
      expect([sessions.length, cursor]).toEqual([2, undefined]);
      expect(work).toEqual([
        { turns: 1, trajectories: 1, turnBytes: sizes[1], trajectoryBytes: all },
        { turns: 4, trajectories: 2, turnBytes: 2 * all, trajectoryBytes: 2 * all },
      ]);
      expect((await plan({ judges: [{ ...rules, version: "2" }] })).work).toMatchObject([
        { turns: 4, trajectories: 2 },
      ]);
    });

    test("leaves out sessions of which all is said, unless it is to be said again", async () => {
      await judged();
      expect(await plan()).toEqual({
        sessions: [],
        work: [{ turns: 0, trajectories: 0, turnBytes: 0, trajectoryBytes: 0 }],
      });
      expect((await plan({ again: true })).work).toMatchObject([{ turns: 2, trajectories: 1 }]);
    });

    test("is of the sessions that match, of one project, with turns", async () => {
      await judged(builtSession(1, { agentName: "shop" }), false);
      await judged(builtSession(1, { agentName: "bank" }), false);
      await judged(builtSession([builtTurn(1, { userContent: "rareword" })]), false);
      await judged(builtSession(0), false);
      const turns = async (query: Partial<BackfillOptions["query"]>): Promise<number | undefined> =>
        (await plan({ query: { project, ...query } })).work[0]?.turns;
      expect(await turns({})).toBe(3);
      expect(await turns({ agentName: "shop" })).toBe(1);
      expect(await turns({ text: "rareword" })).toBe(1);
      expect(await turns({ score: 1 })).toBe(0);
      expect(await turns({ project: "other" })).toBe(0);
    });

    test("leaves out sessions that take messages", async () => {
      const { store, claimOne } = underTest();
      await store.createMessageSession({
        project,
        source: "stream",
        messages: [{ role: "user", content: "hi" }],
        metadata: {},
        judging: { evaluateSafety: false },
        open: true,
      });
      const claim = await claimOne();
      await store.saveSession(claim, builtSession(1), []);
      await store.releaseClaim(claim, { status: "completed" });
      expect((await plan()).sessions).toEqual([]);
    });

    test("comes in slices, each session once, and never more than asked for", async () => {
      for (let at = 0; at < 5; at += 1) await judged(builtSession(1), false);
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const place = cursor === undefined ? {} : { cursor };
        const slice = await plan({ query: { project, ...place }, limit: 2 });
        expect(slice.work).toMatchObject([{ turns: slice.sessions.length }]);
        seen.push(...slice.sessions);
        ({ cursor } = slice);
      } while (cursor !== undefined);
      expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
    });
  });

  describe("a backfill", () => {
    test("has its sessions taken, behind all that waits, and says by whom they are to be judged", async () => {
      const { write, claimAll, store } = underTest();
      const id = await judged();
      expect(await request({ judge: "llm" })).toBe(true);
      expect(await store.backfills.readState(project)).toEqual({ waiting: 1, judge: "llm", again: false });
      await write(agentSpan({ startSecond: 50 }));
      const [first] = await claimAll({ limit: 1 });
      expect([first?.id === id, first?.backfill]).toEqual([false, undefined]);
      const [claim, ...others] = await claimAll();
      expect(claim).toMatchObject({ id, rejudge: false, backfill: { judge: "llm" } });
      expect(others).toEqual([]);
      expect(await waiting()).toBe(1);
      await store.releaseClaim(claim!, { status: "completed" });
      expect(await store.backfills.readState(project)).toEqual({ waiting: 0, again: false });
      expect(await claimAll()).toEqual([]);
    });

    test("by all judges, and again, says so", async () => {
      const { claimOne, store } = underTest();
      await judged();
      await request({ again: true });
      expect(await store.backfills.readState(project)).toEqual({ waiting: 1, again: true });
      const claim = await claimOne();
      expect([claim.rejudge, claim.rejudgeBy, claim.backfill]).toEqual([true, undefined, {}]);
    });

    test("waits for no other of the project; the same takes more sessions in", async () => {
      await judged();
      await judged();
      const { sessions } = await plan({ again: true, limit: 1 });
      const one = { project, sessions, judge: "llm", again: false };
      expect(await underTest().store.backfills.request(one)).toBe(true);
      expect(await request({ judge: "rules" })).toBe(false);
      expect(await request()).toBe(false);
      expect(await request({ judge: "llm", again: true })).toBe(false);
      expect(await waiting()).toBe(1);
      expect(await request({ judge: "llm" })).toBe(true);
      expect(await waiting()).toBe(2);
    });

    test("keeps its mark, and no other judge from the session, when the session waits for anything else", async () => {
      const { write, claimOne, claimAll, store } = underTest();
      const id = await judged();
      await request({ judge: "llm" });
      await store.requestJudgement({ project, id });
      const claim = await claimOne();
      expect([claim.rejudge, claim.backfill]).toEqual([true, undefined]);
      await store.releaseClaim(claim, { status: "completed" });
      const later = await claimOne();
      expect(later.backfill).toEqual({ judge: "llm" });
      await store.releaseClaim(later, { status: "completed" });
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const other = await claimOne();
      await store.saveSession(other, builtSession(1), []);
      await store.releaseClaim(other, { status: "completed" });
      await request({ judge: "llm" });
      await write(agentSpan({ traceId }));
      const ids = (await claimAll({ idleMs: anHour })).map((each) => each.id);
      expect(ids).toEqual([id]);
      const [news] = await claimAll();
      expect([news?.id, news?.backfill]).toEqual([other.id, undefined]);
    });

    test("waits as long as the judge asks for, or until a server is started", async () => {
      const { claimOne, claimAll, store } = underTest();
      await judged();
      await request({ judge: "llm" });
      const waitUntil = async (retryAt: Date): Promise<void> => {
        await store.releaseClaim(await claimOne(), { status: "completed", error: "llm judge: wait", retryAt });
      };
      await waitUntil(new Date(Date.now() + anHour));
      expect(await claimAll()).toEqual([]);
      expect([await waiting(), (await store.countWaiting()).due]).toEqual([1, 0]);
      await store.resumeJudging();
      await waitUntil(new Date(Date.now() - 1));
      expect((await claimOne()).backfill).toEqual({ judge: "llm" });
    });

    test("does not wait for what another judge waits for, nor ends that wait", async () => {
      const { claimOne, claimAll, store } = underTest();
      const id = await judged();
      await store.requestJudgement({ project, id });
      const retryAt = new Date(Date.now() + anHour);
      await store.releaseClaim(await claimOne(), { status: "completed", error: "llm judge: wait", retryAt });
      await request({ judge: "rules" });
      // Somebody asked for judging anew, which is still to be done: that goes first.
      expect(await claimAll()).toEqual([]);
      await store.resumeJudging();
      const again = await claimOne();
      expect([again.rejudge, again.backfill]).toEqual([true, undefined]);
      await store.releaseClaim(again, { status: "completed" });
      await store.releaseClaim(await claimOne(), { status: "completed" });

      await store.closeSession({ project, id });
      await store.releaseClaim(await claimOne(), { status: "completed", error: "llm judge: wait", retryAt });
      await request({ judge: "rules" });
      const claim = await claimOne();
      expect([claim.rejudge, claim.backfill]).toEqual([false, { judge: "rules" }]);
      await store.releaseClaim(claim, { status: "completed" });
      expect([await waiting(), (await store.countWaiting()).due, await claimAll()]).toEqual([0, 1, []]);
      await store.resumeJudging();
      expect((await claimOne()).backfill).toBeUndefined();
    });

    test("that is asked for while the session is in work is done after that", async () => {
      const { claimOne, store } = underTest();
      await judged();
      await request();
      const claim = await claimOne();
      await request();
      await store.releaseClaim(claim, { status: "completed" });
      expect((await claimOne()).backfill).toEqual({});
    });

    test("is cancelled in its project, also while a session is in work", async () => {
      const { claimOne, claimAll, store } = underTest();
      await judged();
      await judged();
      await request();
      const [claim] = await claimAll({ limit: 1 });
      expect(await store.backfills.cancel("other")).toBe(0);
      expect(await store.backfills.cancel(project)).toBe(2);
      expect(await store.backfills.cancel(project)).toBe(0);
      await store.releaseClaim(claim!, { status: "completed" });
      expect([await waiting(), await claimAll()]).toEqual([0, []]);
      await request({ judge: "rules" });
      expect((await claimAll()).length).toBe(2);
      await expect(claimOne()).rejects.toThrow("0 claims");
    });

    test("marks only sessions of its project", async () => {
      await judged();
      const { sessions } = await plan({ again: true });
      await underTest().store.backfills.request({ project: "other", sessions, again: false });
      expect(await waiting()).toBe(0);
    });
  });

  describe("what judging cost before", () => {
    test("is told of the judgements that say it, of turns and of trajectories", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      const built = builtSession(3);
      await store.saveSession(claim, built, []);
      const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 0, reasoningTokens: 0 };
      for (const [at, costs] of [{ usage, costUsd: 0.5 }, { usage }, {}].entries()) {
        const turn = built.turns[at]!;
        const judgement = { ...turnJudgement(turn.turn, 1, llm), ...costs };
        const result = { status: "judged", judgement } as const;
        await store.saveTurnJudgement(claim, { turn: turn.turn, digest: turn.digest, judge: llm, rank: 1, result });
      }
      const record = trajectoryRecord(built, 1, { judge: "llm", version: "7" });
      if (record.result.status !== "judged") throw new Error("it is judged");
      const judgement = { ...record.result.judgement, usage, costUsd: 0.25 };
      await store.saveTrajectoryJudgement(claim, { ...record, result: { status: "judged", judgement } });
      const sizes = built.turns.map((turn) => Buffer.byteLength(JSON.stringify(turn)));
      expect(await store.backfills.readCosts(project, "llm")).toEqual({
        turns: { judgements: 2, bytes: sizes[0]! + sizes[1]!, inputTokens: 200, outputTokens: 40 },
        trajectories: {
          judgements: 1,
          bytes: sizes[0]! + sizes[1]! + sizes[2]!,
          inputTokens: 100,
          outputTokens: 20,
          costUsd: 0.25,
        },
      });
      const nothing = { judgements: 0, bytes: 0, inputTokens: 0, outputTokens: 0 };
      expect(await store.backfills.readCosts("other", "llm")).toEqual({ turns: nothing, trajectories: nothing });
      expect(await store.backfills.readCosts(project, "rules")).toEqual({ turns: nothing, trajectories: nothing });
    });
  });
}

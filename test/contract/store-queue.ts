/** Sessions as work: when they are to be had, by whom, and for how long. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Claim, NewMessageSession, SessionNotice } from "../../src/component/store.ts";
import type { Session } from "../../src/model/session.ts";
import { agentSpan, attributes, randomTraceId } from "../support/agent-spans.ts";
import { builtSession, turnRecord } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const messageSession = (fields: Partial<NewMessageSession> = {}): NewMessageSession => ({
  project,
  source: "messages",
  messages: [{ role: "user", content: "hi" }],
  metadata: {},
  judging: { evaluateSafety: false },
  open: false,
  ...fields,
});
const anHour = 3_600_000;

export function describeStoreQueue(underTest: () => StoreUnderTest): void {
  const sessionOf = async ({ id }: { id: string }): Promise<Session> => {
    const found = await underTest().store.getSession({ project, id });
    if (found === undefined) throw new Error("no such session");
    return found.session;
  };
  const statusOf = async (ref: { id: string }): Promise<string> => (await sessionOf(ref)).status;
  const completed = async (claim: Claim): Promise<void> =>
    underTest().store.releaseClaim(claim, { status: "completed" });

  describe("claiming", () => {
    test("takes a session when its last fact is older than asked", async () => {
      const { write, claimAll } = underTest();
      await write(agentSpan());
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
      await sleep(30);
      expect(await claimAll({ idleMs: 20 })).toHaveLength(1);
    });

    test("takes no session twice, whoever asks", async () => {
      const { write, store } = underTest();
      await write(...Array.from({ length: 20 }, () => agentSpan()));
      const options = { limit: 7, leaseMs: anHour, idleMs: 0 };
      const claims = await Promise.all(
        ["a", "b", "c", "d"].map(async (worker) => store.claimSessions({ worker, ...options })),
      );
      const ids = claims.flat().map(({ id }) => id);
      expect(ids).toHaveLength(20);
      expect(new Set(ids).size).toBe(20);
      expect(claims.every((list) => list.length <= 7)).toBe(true);
    });

    test("takes the oldest start first, and of a session the start is that of its earliest span", async () => {
      const { write, claimAll } = underTest();
      const early = randomTraceId();
      const spans = [
        agentSpan({ startSecond: 30 }),
        agentSpan({ startSecond: 20 }),
        agentSpan({ traceId: early, startSecond: 40 }),
      ];
      for (const span of spans) await write(span);
      await write(agentSpan({ traceId: early, startSecond: 10 }));
      const claims = [...(await claimAll({ limit: 2 })), ...(await claimAll({ limit: 2 }))];
      const traces = await Promise.all(
        claims.map(async (claim) => (await underTest().store.readFacts(claim)).spans[0]?.traceId),
      );
      expect(traces).toEqual([early, spans[1]?.traceId, spans[0]?.traceId]);
    });

    test("says what is to be worked on", async () => {
      const { store, claimOne } = underTest();
      const judging = { evaluateSafety: true, instructions: "be strict" };
      const ref = await store.createMessageSession(messageSession({ judging, source: "text" }));
      expect(await claimOne({ idleMs: anHour })).toMatchObject({
        ...ref,
        source: "text",
        judging,
        revision: 0,
        attempts: 1,
        rejudge: false,
      });
      expect(await statusOf(ref)).toBe("running");
    });

    test("tells a conversation's name, and none for a session that only its trace holds together", async () => {
      const { write, claimAll } = underTest();
      await write(agentSpan({ attributes: attributes({ "session.id": "c1" }) }), agentSpan());
      const claims = await claimAll();
      expect(new Set(claims.map(({ conversationId }) => conversationId))).toEqual(new Set(["c1", undefined]));
    });

    test("finds nothing in a session that was released and has not changed", async () => {
      const { write, claimOne, claimAll } = underTest();
      await write(agentSpan());
      await completed(await claimOne());
      expect(await claimAll()).toEqual([]);
    });

    test("finds a session again when it has a new fact, with a higher version of its facts", async () => {
      const { write, claimOne } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const first = await claimOne();
      await completed(first);
      await write(agentSpan({ traceId }));
      const second = await claimOne();
      expect(second.id).toBe(first.id);
      expect(second.factsVersion).toBeGreaterThan(first.factsVersion);
    });

    test("finds a session that got a new fact while it was claimed", async () => {
      const { write, claimOne, claimAll } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const claim = await claimOne();
      await write(agentSpan({ traceId }));
      expect(await claimAll()).toEqual([]);
      await completed(claim);
      expect(await statusOf(claim)).toBe("open");
      expect((await claimOne()).factsVersion).toBeGreaterThan(claim.factsVersion);
    });

    test("works with more than a thousand idle sessions, oldest start first", async () => {
      const { write, claimAll } = underTest();
      await write(...Array.from({ length: 1100 }, (_, index) => agentSpan({ startSecond: 2000 - index })));
      await write(agentSpan({ startSecond: 1, attributes: attributes({ "session.id": "oldest" }) }));
      const claims = await claimAll({ limit: 3 });
      expect(claims.map(({ conversationId }) => conversationId)).toEqual(["oldest", undefined, undefined]);
    });
  });

  describe("a lease", () => {
    test("ends at its expiry, and the session can be claimed again", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const late = await claimOne({ leaseMs: 5 });
      await sleep(20);
      const claim = await claimOne();
      expect(claim.id).toBe(late.id);
      expect(await store.renewClaim(late, anHour)).toBe(false);
      expect(await store.renewClaim(claim, anHour)).toBe(true);
    });

    test("that ends again and again before anything is saved is counted, until it is saved or asked for", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claimAgain = async (): Promise<Claim> => {
        const claim = await claimOne({ leaseMs: 1 });
        await sleep(10);
        return claim;
      };
      expect([(await claimAgain()).attempts, (await claimAgain()).attempts]).toEqual([1, 2]);
      const third = await claimOne();
      await store.saveSession(third, builtSession(1), []);
      await store.requestJudgement(third);
      await store.releaseClaim(third, { status: "completed" });
      expect([(await claimAgain()).attempts, (await claimAgain()).attempts]).toEqual([1, 2]);
      await store.requestJudgement(third);
      expect((await claimAgain()).attempts).toBe(1);
    });

    test("that ended saves nothing and releases nothing", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const late = await claimOne({ leaseMs: 5 });
      await sleep(20);
      const built = builtSession(1);
      expect(await store.saveSession(late, built, [])).toBeUndefined();
      expect(await store.saveTurnJudgement(late, turnRecord(built.turns[0]!, 1))).toBe(false);
      expect(await store.joinSession(late, late.id)).toBe(false);
      await completed(late);
      expect((await sessionOf(late)).status).toBe("running");
      expect((await claimOne()).id).toBe(late.id);
    });

    test("lasts longer when it is renewed", async () => {
      const { write, claimOne, claimAll, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne({ leaseMs: 700 });
      expect(await store.renewClaim(claim, anHour)).toBe(true);
      await sleep(750);
      expect(await claimAll()).toEqual([]);
      expect(await store.saveSession(claim, builtSession(1), [])).toBe(1);
    });

    test("ends when it is released", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await completed(claim);
      expect(await store.renewClaim(claim, anHour)).toBe(false);
      expect(await store.saveSession(claim, builtSession(1), [])).toBeUndefined();
    });
  });

  describe("releasing", () => {
    test("says how it ended", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.releaseClaim(claim, { status: "failed", error: "no key" });
      expect(await sessionOf(claim)).toMatchObject({ status: "failed", error: "no key" });
    });

    test("with a time to try again makes the session due then, without any change", async () => {
      const { write, claimOne, claimAll, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.releaseClaim(claim, { status: "failed", error: "busy", retryAt: new Date(Date.now() + 700) });
      expect(await claimAll()).toEqual([]);
      await sleep(750);
      expect((await claimOne({ idleMs: anHour })).id).toBe(claim.id);
    });

    test("a new span clears the error and opens the session", async () => {
      const { write, claimOne, store } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const claim = await claimOne();
      await store.releaseClaim(claim, { status: "failed", error: "no key", retryAt: new Date() });
      await write(agentSpan({ traceId }));
      const session = await sessionOf(claim);
      expect([session.status, session.error]).toEqual(["open", undefined]);
    });
  });

  describe("closing", () => {
    test("makes the session due at once", async () => {
      const { write, claimAll, claimOne, store } = underTest();
      await write(agentSpan({ attributes: attributes({ "session.id": "c" }) }));
      const { sessions } = await store.findSessions({ project, limit: 1 });
      const ref = { project, id: sessions[0]!.id };
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
      expect(await store.closeSession(ref)).toBe(true);
      expect(await statusOf(ref)).toBe("closing");
      await completed(await claimOne({ idleMs: anHour }));
      expect(await statusOf(ref)).toBe("completed");
    });

    test("a closed session that gets a new span is open again and waits until it is idle", async () => {
      const { write, claimAll, claimOne, store } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const claim = await claimOne();
      await completed(claim);
      await store.closeSession(claim);
      await write(agentSpan({ traceId }));
      expect(await statusOf(claim)).toBe("open");
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
    });

    test("while it is claimed is not forgotten", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.closeSession(claim);
      await completed(claim);
      expect(await statusOf(claim)).toBe("closing");
      expect((await claimOne({ idleMs: anHour })).id).toBe(claim.id);
    });

    test("finds nothing where there is no such session", async () => {
      const { store } = underTest();
      const nothing = { project, id: "0".repeat(32) };
      expect(await store.closeSession(nothing)).toBe(false);
      expect(await store.requestJudgement(nothing)).toBe(false);
      expect(await store.deleteSession(nothing)).toBe(false);
    });
  });

  describe("asking for a judgement", () => {
    test("makes an unchanged session due at once, once", async () => {
      const { write, claimOne, claimAll, store } = underTest();
      await write(agentSpan());
      const first = await claimOne();
      await completed(first);
      expect(await store.requestJudgement(first, "llm")).toBe(true);
      expect(await statusOf(first)).toBe("pending");
      const claim = await claimOne({ idleMs: anHour });
      expect(claim).toMatchObject({ id: first.id, rejudge: true, rejudgeBy: "llm" });
      await completed(claim);
      expect(await claimAll()).toEqual([]);
    });

    test("by one takes no other's work on what has come since, or what waits", async () => {
      const { write, claimOne, store } = underTest();
      const ofOne = { attributes: new Map([["session.id", "one"]]) };
      await write(agentSpan(ofOne));
      const first = await claimOne();
      await store.releaseClaim(first, { status: "failed", retryAt: new Date() });
      await store.requestJudgement(first, "llm");
      const waited = await claimOne({ idleMs: anHour });
      expect(waited).toMatchObject({ rejudgeBy: "llm", isDue: true });
      await completed(waited);
      await store.requestJudgement(first, "llm");
      const settled = await claimOne({ idleMs: anHour });
      expect([settled.rejudgeBy, settled.isDue]).toEqual(["llm", undefined]);
      await completed(settled);
      await store.requestJudgement(first, "llm");
      await write(agentSpan(ofOne));
      expect(await claimOne()).toMatchObject({ id: first.id, rejudgeBy: "llm", isDue: true });
    });

    test("without a name is for all judges", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const first = await claimOne();
      await completed(first);
      await store.requestJudgement(first);
      const claim = await claimOne();
      expect([claim.rejudge, claim.rejudgeBy]).toEqual([true, undefined]);
    });

    test("twice with two names is for all judges", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const first = await claimOne();
      await completed(first);
      await store.requestJudgement(first, "rules");
      await store.requestJudgement(first, "llm");
      const claim = await claimOne();
      expect([claim.rejudge, claim.rejudgeBy]).toEqual([true, undefined]);
    });

    test("while it is claimed is not forgotten", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.requestJudgement(claim);
      await completed(claim);
      expect((await claimOne({ idleMs: anHour })).rejudge).toBe(true);
    });

    test("is kept by a claim that is to be tried again or that expires", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const first = await claimOne();
      await completed(first);
      await store.requestJudgement(first, "llm");
      await store.releaseClaim(await claimOne(), { status: "failed", retryAt: new Date() });
      const second = await claimOne({ leaseMs: 5 });
      expect(second.rejudgeBy).toBe("llm");
      await sleep(20);
      expect((await claimOne()).rejudgeBy).toBe("llm");
    });
  });

  describe("a session of messages", () => {
    test("waits for a judge at once", async () => {
      const { store, claimAll } = underTest();
      const ref = await store.createMessageSession(messageSession());
      expect(await statusOf(ref)).toBe("pending");
      expect((await claimAll({ idleMs: anHour })).map(({ id }) => id)).toEqual([ref.id]);
    });

    test("is found with its metadata before it is judged", async () => {
      const { store } = underTest();
      const metadata = { channel: "mail", nested: { a: [1] } };
      const ref = await store.createMessageSession(messageSession({ metadata }));
      const { sessions } = await store.findSessions({ project, limit: 9 });
      expect(sessions).toMatchObject([{ id: ref.id, source: "messages", metadata, totalTurns: 0 }]);
    });
  });

  describe("watching", () => {
    /** The kinds of the notices, when `count` have come or a second has passed. */
    const heardKinds = async (heard: readonly SessionNotice[], count: number): Promise<readonly string[]> => {
      for (let tries = 0; tries < 100 && heard.length < count; tries += 1) await sleep(10);
      return heard.map(({ kind }) => kind);
    };

    test("tells what happened to a session after each commit", async () => {
      const { write, claimOne, store } = underTest();
      const heard: SessionNotice[] = [];
      const stop = store.watch((notice) => heard.push(notice));
      await write(agentSpan());
      const claim = await claimOne();
      const built = builtSession(1);
      await store.saveSession(claim, built, []);
      await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1));
      await completed(claim);
      await store.deleteSession(claim);
      const kinds = ["session-updated", "session-updated", "session-updated", "judgement", "done", "deleted"];
      expect(await heardKinds(heard, kinds.length)).toEqual(kinds);
      expect(heard.every(({ id }) => id === claim.id)).toBe(true);
      expect(heard[3]?.turn).toBe(1);
      stop();
    });

    test("is not done while something is pending", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      const heard: SessionNotice[] = [];
      const stop = store.watch((notice) => heard.push(notice));
      await store.releaseClaim(claim, { status: "failed", retryAt: new Date(Date.now() + anHour) });
      expect(await heardKinds(heard, 1)).toEqual(["session-updated"]);
      stop();
    });

    test("ends when it is told to, and nobody else's watching with it", async () => {
      const { write, store } = underTest();
      const heard: SessionNotice[] = [];
      const mine: SessionNotice[] = [];
      const stopMine = store.watch((notice) => mine.push(notice));
      const stop = store.watch((notice) => heard.push(notice));
      stopMine();
      stopMine();
      await write(agentSpan());
      expect(await heardKinds(heard, 1)).toEqual(["session-updated"]);
      expect(mine).toEqual([]);
      stop();
    });
  });
}

/** How traces become sessions, how sessions find each other, are joined and removed. */
import { describe, expect, test } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { agentLogRecord, agentSpan, attributes, modelCall, randomTraceId } from "../support/agent-spans.ts";
import { builtSession, trajectoryRecord, turnRecord } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const alphabetically = (left: string, right: string): number => left.localeCompare(right);
const named = (id: string): Span["attributes"] => attributes({ "gen_ai.conversation.id": id });

export function describeStoreSessions(underTest: () => StoreUnderTest): void {
  const sessionIds = async (): Promise<string[]> => {
    const { sessions } = await underTest().store.findSessions({ project, limit: 100 });
    return sessions.map(({ id }) => id);
  };
  const spansOf = async (id: string): Promise<number> =>
    (await underTest().store.readFacts({ project, id })).spans.length;

  describe("a trace", () => {
    test("that names a conversation belongs to its session, also in another request", async () => {
      const { write } = underTest();
      await write(agentSpan({ attributes: named("c") }));
      await write(agentSpan({ attributes: named("c") }));
      const ids = await sessionIds();
      expect(ids).toHaveLength(1);
      expect(await spansOf(ids[0]!)).toBe(2);
    });

    test("without a name is a session of its own", async () => {
      await underTest().write(agentSpan(), agentSpan());
      expect(await sessionIds()).toHaveLength(2);
    });

    test("belongs as a whole to the conversation that one of its spans names", async () => {
      const { write, claimOne } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }), agentSpan({ traceId, attributes: named("c") }), agentSpan({ traceId }));
      await write(agentSpan({ traceId }));
      const claim = await claimOne();
      expect(claim.conversationId).toBe("c");
      expect(await spansOf(claim.id)).toBe(4);
    });

    test("takes the first key that is present", async () => {
      const { write, claimOne } = underTest();
      await write(agentSpan({ attributes: attributes({ "session.id": "second", "gen_ai.conversation.id": "first" }) }));
      expect((await claimOne()).conversationId).toBe("first");
    });

    test("that names its conversation later is joined to it, and its first session's id keeps answering", async () => {
      const { write, store, claimOne } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const [provisional] = await sessionIds();
      await write(agentSpan({ attributes: named("c") }));
      await write(agentSpan({ traceId, attributes: named("c") }));
      const ids = await sessionIds();
      expect(ids).toHaveLength(1);
      const byAlias = await store.getSession({ project, id: provisional! });
      expect(byAlias?.session.id).toBe(ids[0]);
      expect(await spansOf(provisional!)).toBe(3);
      expect((await claimOne()).conversationId).toBe("c");
      await write(agentSpan({ traceId }));
      expect(await sessionIds()).toEqual(ids);
      expect(await spansOf(ids[0]!)).toBe(4);
    });

    test("that is joined late takes its claim away", async () => {
      const { write, store, claimOne } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const claim = await claimOne();
      await write(agentSpan({ traceId, attributes: named("c") }));
      expect(await store.saveSession(claim, builtSession(1), [])).toBeUndefined();
      expect((await claimOne()).conversationId).toBe("c");
    });

    test("that names several conversations belongs to each of them, with all its spans", async () => {
      const { write, claimAll } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId, attributes: named("a") }), agentSpan({ traceId, attributes: named("b") }));
      await write(agentSpan({ traceId, attributes: named("c") }));
      const claims = await claimAll();
      expect(claims.map(({ conversationId = "" }) => conversationId).sort(alphabetically)).toEqual(["a", "b", "c"]);
      expect(await Promise.all(claims.map(async ({ id }) => spansOf(id)))).toEqual([3, 3, 3]);
    });

    test("of several conversations sets all of them open when a span arrives", async () => {
      const { write, claimAll, store } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId, attributes: named("a") }), agentSpan({ traceId, attributes: named("b") }));
      for (const claim of await claimAll()) await store.releaseClaim(claim, { status: "completed" });
      await write(agentSpan({ traceId }));
      expect(await claimAll()).toHaveLength(2);
    });

    test("has the same session id wherever and whenever it is written", async () => {
      const { write, store } = underTest();
      const span = agentSpan({ attributes: named("c") });
      await write(span);
      const [id] = await sessionIds();
      await store.deleteSession({ project, id: id! });
      await write(span);
      expect(await sessionIds()).toEqual([id]);
      expect(id).toMatch(/^[0-9a-f]{32}$/);
    });
  });

  describe("links", () => {
    const buildWith = async (links: readonly bigint[]): Promise<string> => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.saveSession(claim, builtSession(1), links);
      await store.releaseClaim(claim, { status: "completed" });
      return claim.id;
    };

    test("find the sessions that share most of them first", async () => {
      const large = 2n ** 64n - 1n;
      const one = await buildWith([1n, 2n, 3n]);
      const two = await buildWith([2n, 3n, large]);
      const three = await buildWith([99n]);
      const { store } = underTest();
      const linked = await store.findLinkedSessions({ project, id: three }, [3n, large, 7n], 10);
      expect(linked).toEqual([
        { id: two, sharedLinks: 2, links: 3 },
        { id: one, sharedLinks: 1, links: 3 },
      ]);
      expect(await store.findLinkedSessions({ project, id: three }, [3n, large], 1)).toHaveLength(1);
      expect(await store.findLinkedSessions({ project, id: two }, [3n, large], 10)).toHaveLength(1);
      expect(await store.findLinkedSessions({ project: "other", id: three }, [3n], 10)).toEqual([]);
      expect(await store.findLinkedSessions({ project, id: three }, [], 10)).toEqual([]);
    });

    test("are those of the last build", async () => {
      const { claimOne, store } = underTest();
      const id = await buildWith([1n, 2n]);
      await store.requestJudgement({ project, id });
      await store.saveSession(await claimOne(), builtSession(1), [2n, 3n]);
      const other = { project, id: "f".repeat(32) };
      expect(await store.findLinkedSessions(other, [1n], 10)).toEqual([]);
      expect(await store.findLinkedSessions(other, [2n, 3n], 10)).toEqual([{ id, sharedLinks: 2, links: 2 }]);
    });

    test("that everybody shares still find the session that shares most", async () => {
      const { store } = underTest();
      const popular = 77n;
      const right = await buildWith([popular, 78n]);
      for (let at = 0; at < 120; at += 1) await buildWith([popular]);
      const linked = await store.findLinkedSessions({ project, id: "f".repeat(32) }, [popular, 78n], 200);
      expect(linked.length).toBeLessThan(121);
      expect(linked.map(({ id }) => id)).toContain(right);
    });

    test("tell a linked session's conversation", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan({ attributes: named("c") }));
      await store.saveSession(await claimOne(), builtSession(1), [5n]);
      const [linked] = await store.findLinkedSessions({ project, id: "f".repeat(32) }, [5n], 10);
      expect(linked?.conversationId).toBe("c");
    });
  });

  describe("joining", () => {
    test("gives facts and id to the other session, which becomes due at once, and ends the claim", async () => {
      const { write, writeLogs, claimOne, claimAll, store } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ startSecond: 50 }));
      const target = await claimOne();
      await store.releaseClaim(target, { status: "completed" });
      await write(agentSpan({ traceId, startSecond: 10 }));
      await writeLogs(agentLogRecord({ traceId, spanId: "1".repeat(16) }));
      const claim = await claimOne();
      await store.saveSession(claim, builtSession(1), [7n]);

      expect(await store.joinSession(claim, target.id)).toBe(true);
      expect(await store.renewClaim(claim, 1000)).toBe(false);
      const due = await claimAll({ idleMs: 3_600_000 });
      expect(due.map(({ id }) => id)).toEqual([target.id]);
      expect(due[0]!.factsVersion).toBeGreaterThan(target.factsVersion);
      const facts = await store.readFacts(claim);
      expect([facts.spans.length, facts.logRecords.length]).toEqual([2, 1]);
      expect((await store.getSession(claim))?.session.id).toBe(target.id);
      expect(await sessionIds()).toEqual([target.id]);
    });

    test("makes later spans of the joined traces part of the other session", async () => {
      const { write, claimAll, store } = underTest();
      const [one, two] = [randomTraceId(), randomTraceId()];
      await write(agentSpan({ traceId: one }), agentSpan({ traceId: two, startSecond: 5 }));
      const [target, claim] = await claimAll();
      await store.releaseClaim(target!, { status: "completed" });
      await store.joinSession(claim!, target!.id);
      await write(agentSpan({ traceId: two }));
      expect(await sessionIds()).toEqual([target!.id]);
      expect(await spansOf(target!.id)).toBe(3);
    });

    test("a joined session that is joined again answers from the last one", async () => {
      const { write, claimAll, claimOne, store } = underTest();
      await write(agentSpan({ startSecond: 1 }), agentSpan({ startSecond: 2 }), agentSpan({ startSecond: 3 }));
      const [one, two, three] = await claimAll();
      await store.joinSession(three!, two!.id);
      await store.releaseClaim(two!, { status: "completed" });
      await store.releaseClaim(one!, { status: "completed" });
      await store.joinSession(await claimOne(), one!.id);
      expect((await store.getSession(three!))?.session.id).toBe(one!.id);
      expect(await spansOf(three!.id)).toBe(3);
    });

    test("is refused for itself and for a session that is not there", async () => {
      const { write, claimOne, store } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      expect(await store.joinSession(claim, claim.id)).toBe(false);
      expect(await store.joinSession(claim, "f".repeat(32))).toBe(false);
      expect(await store.renewClaim(claim, 1000)).toBe(true);
    });
  });

  describe("deleting", () => {
    test("removes the session with its facts and judgements", async () => {
      const { write, writeLogs, claimOne, store } = underTest();
      const span = agentSpan();
      await write(span);
      await writeLogs(agentLogRecord({ traceId: span.traceId, spanId: span.spanId }));
      const claim = await claimOne();
      const built = builtSession(1);
      await store.saveSession(claim, built, [4n]);
      await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1));
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(built, 1));

      expect(await store.deleteSession(claim)).toBe(true);
      expect(await store.getSession(claim)).toBeUndefined();
      expect(await store.readFacts(claim)).toEqual({ spans: [], logRecords: [], messages: [], tools: [] });
      expect(await store.readJudgements(claim)).toEqual({ turns: [], trajectories: [] });
      expect(await store.findLinkedSessions({ project, id: "f".repeat(32) }, [4n], 10)).toEqual([]);
      expect(await store.countSessions({ project, limit: 1, text: "question" })).toBe(0);
      expect(await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1))).toBe(false);
      expect(await store.deleteSession(claim)).toBe(false);
      await write(span);
      const [again] = await sessionIds();
      expect((await store.getSession({ project, id: again! }))?.turnJudgements.size).toBe(0);
      expect((await store.readFacts({ project, id: again! })).logRecords).toEqual([]);
    });

    test("by the id of a session that was joined removes the one that answers", async () => {
      const { write, store } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      const [provisional] = await sessionIds();
      await write(agentSpan({ traceId, attributes: named("c") }));
      expect(await store.deleteSession({ project, id: provisional! })).toBe(true);
      expect(await sessionIds()).toEqual([]);
      expect(await store.getSession({ project, id: provisional! })).toBeUndefined();
    });

    test("leaves the spans of a trace that another session shares", async () => {
      const { write, claimAll, store } = underTest();
      const shared = randomTraceId();
      await write(
        agentSpan({ traceId: shared, attributes: named("a") }),
        agentSpan({ traceId: shared, attributes: named("b") }),
        agentSpan({ attributes: named("a") }),
      );
      const [a, b] = [...(await claimAll())].sort((x, y) => (x.conversationId! < y.conversationId! ? -1 : 1));
      await store.deleteSession(a!);
      expect(await spansOf(b!.id)).toBe(2);
      await store.deleteSession(b!);
      expect(await sessionIds()).toEqual([]);
    });

    test("leaves every span of other sessions readable, also those that repeat a deleted one", async () => {
      const { write, claimAll, store } = underTest();
      const history = Array.from({ length: 30 }, (_, index) => ({
        role: "user",
        content: `message ${index} `.repeat(30),
      }));
      const [own, shared] = [randomTraceId(), randomTraceId()];
      const call = (traceId: string, length: number, id: string): Span =>
        modelCall(history.slice(0, length), { traceId, attributes: named(id) });
      const spans = [
        call(own, 26, "a"),
        call(shared, 27, "a"),
        call(own, 28, "a"),
        call(shared, 29, "a"),
        call(shared, 30, "b"),
      ];
      for (const span of spans) await write(span);
      const claims = await claimAll();
      await store.deleteSession(claims.find(({ conversationId }) => conversationId === "a")!);
      const kept = await store.readFacts(claims.find(({ conversationId }) => conversationId === "b")!);
      expect(kept.spans).toEqual([spans[1], spans[3], spans[4]]);
      await write(call(shared, 30, "b"));
      expect(await spansOf(claims.find(({ conversationId }) => conversationId === "b")!.id)).toBe(4);
    });

    test("removes a session of messages", async () => {
      const { store } = underTest();
      const ref = await store.createMessageSession({
        project,
        source: "messages",
        messages: [{ role: "user", content: "hi" }],
        metadata: {},
        judging: { evaluateSafety: false },
        open: false,
      });
      expect(await store.deleteSession(ref)).toBe(true);
      expect((await store.readFacts(ref)).messages).toEqual([]);
    });
  });
}

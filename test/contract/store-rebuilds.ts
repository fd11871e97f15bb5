/** Sessions that are built again, and readers that keep what they have read. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { agentLogRecord, agentSpan, attributes, randomTraceId } from "../support/agent-spans.ts";
import { builtSession, turnRecord } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const anHour = 3_600_000;

export function describeStoreRebuilds(underTest: () => StoreUnderTest): void {
  /** A session that was built and judged. */
  const judged = async (): Promise<string> => {
    const { write, claimOne, store } = underTest();
    await write(agentSpan());
    const claim = await claimOne();
    const built = builtSession(1);
    await store.saveSession(claim, built, []);
    await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1));
    await store.releaseClaim(claim, { status: "completed" });
    return claim.id;
  };

  describe("building again", () => {
    test("is to be asked for one session, or for all of a project", async () => {
      const { store, claimAll } = underTest();
      const ids = [await judged(), await judged()];
      expect(await claimAll()).toEqual([]);
      expect(await store.requestBuild({ project, id: ids[0]! })).toBe(true);
      expect(await store.requestBuild({ project, id: "f".repeat(32) })).toBe(false);
      expect(await store.countRequestedBuilds(project)).toBe(1);
      expect(await store.requestBuilds({ project: "other" })).toEqual({ sessions: 0 });
      expect(await store.requestBuilds({ project })).toEqual({ sessions: 2 });
      expect(await store.countRequestedBuilds(project)).toBe(2);
      const claims = await claimAll();
      expect(claims.map(({ id, rebuild, rejudge }) => [id, rebuild, rejudge])).toEqual(
        ids.map((id) => [id, true, false]),
      );
      for (const claim of claims) await store.releaseClaim(claim, { status: "completed" });
      expect(await store.countRequestedBuilds(project)).toBe(0);
      expect(await claimAll()).toEqual([]);
    });

    test("keeps the judgements of what stays the same", async () => {
      const { store, claimOne } = underTest();
      const id = await judged();
      await store.requestBuild({ project, id });
      const claim = await claimOne();
      expect(await store.saveSession(claim, builtSession(1), [])).toBe(1);
      expect((await store.readJudgements({ project, id })).turns).toHaveLength(1);
    });

    test("waits behind what waits for a judge", async () => {
      const { store, write, claimAll } = underTest();
      const old = await judged();
      await store.requestBuild({ project, id: old });
      await write(agentSpan({ startSecond: 50 }));
      const [first] = await claimAll({ limit: 1 });
      expect(first?.id).not.toBe(old);
      expect((await claimAll({ limit: 1 })).map(({ id }) => id)).toEqual([old]);
    });

    test("of one that has news waits for its silence; one that was asked for by its id does not", async () => {
      const { store, write, claimAll, claimOne } = underTest();
      const traceId = randomTraceId();
      await write(agentSpan({ traceId }));
      await store.releaseClaim(await claimOne(), { status: "completed" });
      await store.requestBuilds({ project });
      await write(agentSpan({ traceId }));
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
      expect(await store.countRequestedBuilds(project)).toBe(0);
      const claim = await claimOne();
      expect([claim.rebuild, await claimAll()]).toEqual([true, []]);
      await write(agentSpan({ traceId }));
      await store.releaseClaim(claim, { status: "completed" });
      await store.requestBuild(claim);
      expect((await claimOne({ idleMs: anHour })).id).toBe(claim.id);
    });

    test("comes sooner when it was asked for by its id", async () => {
      const { store, claimAll } = underTest();
      const [first, second] = [await judged(), await judged()];
      await store.requestBuilds({ project });
      await store.requestBuild({ project, id: second });
      await store.requestBuilds({ project });
      expect((await claimAll({ limit: 1 })).map(({ id }) => id)).toEqual([second]);
      expect((await claimAll({ limit: 1 })).map(({ id }) => id)).toEqual([first]);
    });

    test("of all is to be cancelled, in this project, but not what was asked for by its id", async () => {
      const { store, claimAll, claimOne } = underTest();
      const ids = [await judged(), await judged(), await judged()];
      await store.requestBuild({ project, id: ids[1]! });
      await store.requestBuilds({ project });
      expect(await store.cancelBuilds("other")).toBe(0);
      expect(await store.countRequestedBuilds(project)).toBe(3);
      expect(await store.cancelBuilds(project)).toBe(2);
      expect(await store.cancelBuilds(project)).toBe(0);
      const claim = await claimOne();
      expect(claim.id).toBe(ids[1]);
      await store.releaseClaim(claim, { status: "completed" });
      expect(await claimAll()).toEqual([]);
    });

    test("that is cancelled while the session is in work is not done after that", async () => {
      const { store, claimAll, claimOne } = underTest();
      await judged();
      await store.requestBuilds({ project });
      const claim = await claimOne();
      await store.requestBuilds({ project });
      await store.cancelBuilds(project);
      await store.releaseClaim(claim, { status: "completed" });
      expect(await claimAll()).toEqual([]);
    });

    test("that was asked for while the session is in work is done after that", async () => {
      const { store, claimOne } = underTest();
      const id = await judged();
      await store.requestBuild({ project, id });
      const claim = await claimOne();
      await store.requestBuild({ project, id });
      await store.releaseClaim(claim, { status: "completed" });
      expect((await claimOne()).rebuild).toBe(true);
    });
  });

  describe("a session that never goes idle", () => {
    test("is taken when it changed longer ago than asked, and then not before it changed that long ago again", async () => {
      const { store, write, claimAll } = underTest();
      const traceId = randomTraceId();
      const takeLong = async () => claimAll({ idleMs: anHour, maxDurationMs: 60 });
      await write(agentSpan({ traceId }));
      expect(await takeLong()).toEqual([]);
      await sleep(40);
      await write(agentSpan({ traceId }));
      await sleep(40);
      const [claim] = await takeLong();
      expect(claim).toBeDefined();
      await write(agentSpan({ traceId }));
      await store.releaseClaim(claim!, { status: "completed" });
      expect(await takeLong()).toEqual([]);
      await sleep(80);
      expect(await takeLong()).toHaveLength(1);
    });

    test("is never taken when nobody says how long", async () => {
      const { write, claimAll } = underTest();
      await write(agentSpan());
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
    });
  });

  describe("the event session.end", () => {
    const end = (name: string, fields: Partial<LogRecord> = {}): LogRecord => {
      const { traceId: _, ...record } = agentLogRecord({
        eventName: "session.end",
        attributes: attributes({ "session.id": name }),
      });
      return { ...record, ...fields };
    };

    test("closes the session that it names, whether or not it belongs to a trace", async () => {
      const { write, writeLogs, claimAll } = underTest();
      await write(agentSpan({ attributes: attributes({ "session.id": "s" }) }));
      await write(agentSpan({ attributes: attributes({ "session.id": "t" }) }));
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
      await writeLogs(end("s"), end("nobody"));
      expect((await claimAll({ idleMs: anHour })).map(({ conversationId }) => conversationId)).toEqual(["s"]);
      await writeLogs(end("t", { traceId: randomTraceId() }));
      expect((await claimAll({ idleMs: anHour })).map(({ conversationId }) => conversationId)).toEqual(["t"]);
    });

    test("is one also under the older name of an event's name, and what comes later opens the session again", async () => {
      const { write, writeLogs, claimAll } = underTest();
      const named = attributes({ "session.id": "s" });
      await write(agentSpan({ attributes: named }));
      await writeLogs(end("s", { eventName: "", attributes: new Map([...named, ["event.name", "session.end"]]) }));
      await write(agentSpan({ attributes: named }));
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
      await writeLogs(end("s"));
      expect(await claimAll({ idleMs: anHour })).toHaveLength(1);
    });
  });

  describe("reading on", () => {
    test("gives what is new since the read before", async () => {
      const { store, write, claimOne } = underTest();
      const traceId = randomTraceId();
      const [first, second] = [agentSpan({ traceId }), agentSpan({ traceId })];
      await write(first);
      const claim = await claimOne();
      const before = await store.readNewFacts(claim);
      expect([before.isWhole, before.spans]).toEqual([true, [first]]);
      const nothing = await store.readNewFacts(claim, before.cursor);
      expect([nothing.isWhole, nothing.spans, nothing.cursor]).toEqual([false, [], before.cursor]);
      await write(second);
      const after = await store.readNewFacts(claim, before.cursor);
      expect([after.isWhole, after.spans]).toEqual([false, [second]]);
    });

    test("gives a span again that was replaced by a fuller one", async () => {
      const { store, write, claimOne } = underTest();
      const span = agentSpan();
      await write(span, agentSpan({ traceId: span.traceId }));
      const claim = await claimOne();
      const { cursor } = await store.readNewFacts(claim);
      const fuller = { ...span, attributes: new Map([...span.attributes, ...attributes({ more: "x" })]) };
      await write(fuller);
      const facts = await store.readNewFacts(claim, cursor);
      expect([facts.isWhole, facts.spans]).toEqual([false, [fuller]]);
    });

    test("gives all of a session that was joined to it, and nothing twice", async () => {
      const { store, write, writeLogs, claimAll } = underTest();
      const [older, newer] = [agentSpan({ startSecond: 1 }), agentSpan({ startSecond: 2 })];
      const logRecord = agentLogRecord({ traceId: older.traceId, spanId: older.spanId });
      await write(older, newer);
      await writeLogs(logRecord);
      const [part, claim] = await claimAll();
      const { cursor } = await store.readNewFacts(claim!);
      const late = agentSpan({ traceId: newer.traceId });
      await write(late);
      await store.joinSession(part!, claim!.id);
      const facts = await store.readNewFacts(claim!, cursor);
      expect([facts.isWhole, facts.logRecords]).toEqual([false, [logRecord]]);
      expect(new Set(facts.spans)).toEqual(new Set([older, late]));
      expect((await store.readNewFacts(claim!, facts.cursor)).spans).toEqual([]);
    });

    test("gives a long session in slices, each record once, whatever comes meanwhile", async () => {
      const { store, write, writeLogs, claimOne } = underTest();
      const named = (id: string): Span["attributes"] => attributes({ "session.id": "s", id, text: id.repeat(50_000) });
      const traceId = randomTraceId();
      const long = Array.from({ length: 60 }, (_, at) => agentSpan({ traceId, attributes: named(`long ${at}`) }));
      const others = Array.from({ length: 60 }, (_, at) => agentSpan({ attributes: named(`other ${at}`) }));
      const records = [...long, ...others].map((span) =>
        agentLogRecord({ traceId: span.traceId, spanId: span.spanId }),
      );
      for (const span of [...long, ...others]) await write(span);
      await writeLogs(...records);
      const claim = await claimOne();
      const late: Span[] = [];
      const slices = [await store.readNewFacts(claim)];
      for (let last = slices[0]!; last.hasMore; slices.push(last)) {
        late.push(agentSpan({ traceId, attributes: named("late") }), agentSpan({ attributes: named("later") }));
        await write(...late.slice(-2));
        last = await store.readNewFacts(claim, last.cursor);
        expect([last.isWhole, last.bytes < 6 * 1024 * 1024]).toEqual([false, true]);
      }
      expect(slices.length).toBeGreaterThan(4);
      slices.push(await store.readNewFacts(claim, slices.at(-1)!.cursor));
      const idsOf = (spans: readonly Span[]): readonly string[] => spans.map(({ spanId }) => spanId).toSorted();
      expect(idsOf(slices.flatMap(({ spans }) => spans))).toEqual(idsOf([...long, ...others, ...late]));
      expect(slices.flatMap(({ logRecords }) => logRecords)).toHaveLength(records.length);
      expect(idsOf((await store.readFacts(claim)).spans)).toEqual(idsOf([...long, ...others, ...late]));
    });

    test("begins anew when the session was deleted and came again", async () => {
      const { store, write, claimOne } = underTest();
      const span = agentSpan();
      await write(span, agentSpan({ traceId: span.traceId }));
      const claim = await claimOne();
      const { cursor } = await store.readNewFacts(claim);
      await store.deleteSession(claim);
      await write(span);
      const facts = await store.readNewFacts(claim, cursor);
      expect([facts.isWhole, facts.spans]).toEqual([true, [span]]);
    });
  });

  describe("saving on", () => {
    test("brings the stored session to what a whole save makes of it", async () => {
      const { store, write, claimOne } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      const [small, large] = [builtSession(2), builtSession(3)];
      const first = { ...small, turns: small.turns.slice(0, 2) };
      await store.saveSession(claim, first, [1n, 2n]);
      const grown = { ...large, turns: [first.turns[0]!, ...large.turns.slice(1)] };
      expect(await store.saveSession(claim, grown, [1n, 3n], { built: first, links: [1n, 2n] })).toBe(2);
      const shown = await store.getSession(claim);
      expect(shown?.session.turns).toEqual(grown.turns);
      expect(await store.findLinkedSessions({ project, id: "f".repeat(32) }, [2n], 9)).toEqual([]);
      expect(await store.findLinkedSessions({ project, id: "f".repeat(32) }, [1n, 3n], 9)).toMatchObject([
        { links: 2 },
      ]);
      expect(await store.saveSession(claim, first, [1n], { built: grown, links: [1n, 3n] })).toBe(3);
      expect((await store.getSession(claim))?.session.turns).toEqual(first.turns);
    });
  });
}

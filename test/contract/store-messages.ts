/** Sessions that come as messages: created once, within limits, added to while they are open, and removed all together. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { CreatedSession, NewMessageSession, SessionNotice, SessionRef } from "../../src/component/store.ts";
import { agentSpan } from "../support/agent-spans.ts";
import { builtSession, turnRecord } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const user = (content: string) => ({ role: "user", content });
const messageSession = (fields: Partial<NewMessageSession> = {}): NewMessageSession => ({
  project,
  source: "messages",
  messages: [user("hi")],
  metadata: {},
  judging: { evaluateSafety: false },
  open: false,
  ...fields,
});
const stream = (fields: Partial<NewMessageSession> = {}) => messageSession({ source: "stream", open: true, ...fields });
const anHour = 3_600_000;
const limits = { maxTraces: 2, maxToolCalls: 3, maxCharacters: 10 };
const allowing = (size: Partial<{ characters: number; toolCalls: number }> = {}) => ({
  allowance: { limits, size: { characters: 1, toolCalls: 0, ...size } },
});
const under = (key: string, digest = "d") => ({ idempotency: { key, digest } });
const nothing = { project, id: "00000000000000000000000000000000" };

export function describeStoreMessages(underTest: () => StoreUnderTest): void {
  const statusOf = async (ref: SessionRef) => (await underTest().store.getSession(ref))?.session.status;
  const create = async (fields: Partial<NewMessageSession> = {}): Promise<CreatedSession> =>
    underTest().store.createMessageSession(messageSession(fields));
  const open = async (fields: Partial<NewMessageSession> = {}): Promise<CreatedSession> =>
    underTest().store.createMessageSession(stream(fields));
  const textsOf = async (ref: SessionRef) =>
    (await underTest().store.readFacts(ref)).messages.map(({ content }) => content);
  const countAll = async () => underTest().store.countSessions({ project, limit: 1 });

  describe("the limits of an account", () => {
    test("hold for the number of its message sessions, spans not counted, and one that is deleted makes room", async () => {
      const { store, write } = underTest();
      await write(agentSpan());
      const first = await create(allowing());
      await create(allowing());
      await expect(create(allowing())).rejects.toMatchObject({ name: "RefusedError", code: "trace_limit_reached" });
      await expect(create({ ...allowing(), project: "another" })).resolves.toMatchObject({ project: "another" });
      await store.deleteSession(first);
      await expect(create(allowing())).resolves.toMatchObject({ project });
    });

    test("hold for requests that come together, too", async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, async () => create(allowing())));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(limits.maxTraces);
      expect(await countAll()).toBe(limits.maxTraces);
    });

    test.each([
      ["characters", { characters: 11 }, "trace_too_large", "10 characters, this one would have 11"],
      ["tool calls", { toolCalls: 4 }, "too_many_tool_calls", "3 tool calls, this one would have 4"],
    ])("hold for the %s of one session", async (_what, size, code, words) => {
      await expect(create(allowing(size))).rejects.toMatchObject({ code });
      await expect(create(allowing(size))).rejects.toThrow(words);
      expect(await countAll()).toBe(0);
    });

    test("hold for all that a stream was given, and what is refused changes nothing", async () => {
      const { store } = underTest();
      const ref = await open(allowing({ characters: 6, toolCalls: 2 }));
      const add = async (size: { characters: number; toolCalls: number }) =>
        store.appendMessages(ref, [user("x")], { allowance: { limits, size } });
      await expect(add({ characters: 5, toolCalls: 0 })).rejects.toMatchObject({ code: "trace_too_large" });
      await expect(add({ characters: 0, toolCalls: 2 })).rejects.toMatchObject({ code: "too_many_tool_calls" });
      expect(await add({ characters: 4, toolCalls: 1 })).toBe("added");
      await expect(add({ characters: 1, toolCalls: 0 })).rejects.toMatchObject({ code: "trace_too_large" });
      expect(await textsOf(ref)).toEqual(["hi", "x"]);
    });

    test("bind nobody who has none", async () => {
      await Promise.all(Array.from({ length: 5 }, async () => create()));
      expect(await countAll()).toBe(5);
    });
  });

  describe("an idempotency key", () => {
    test("creates a session once, whoever asks at the same time", async () => {
      const created = await Promise.all(Array.from({ length: 10 }, async () => create(under("k"))));
      expect(new Set(created.map(({ id }) => id)).size).toBe(1);
      expect(created.filter(({ isReplay }) => isReplay === true)).toHaveLength(9);
      expect(await countAll()).toBe(1);
    });

    test("is refused for another request", async () => {
      await create(under("k"));
      await expect(create(under("k", "other"))).rejects.toMatchObject({ code: "idempotency_conflict" });
      expect(await countAll()).toBe(1);
    });

    test("is its project's own, and goes with its session", async () => {
      const first = await create(under("k"));
      expect((await create({ ...under("k", "other"), project: "another" })).id).not.toBe(first.id);
      await underTest().store.deleteSession(first);
      expect((await create(under("k", "other"))).isReplay).toBeUndefined();
    });

    test("answers also when there is no more room", async () => {
      const first = await create({ ...under("k"), ...allowing() });
      await create(allowing());
      expect(await create({ ...under("k"), ...allowing() })).toMatchObject({ id: first.id, isReplay: true });
    });
  });

  describe("several sessions at once", () => {
    test("are created in their order, and one that is refused keeps no other from it", async () => {
      const texts = ["a", "b", "c"];
      const outcomes = await underTest().store.createMessageSessions(
        texts.map((text) =>
          messageSession({ messages: [user(text)], ...allowing({ characters: text === "b" ? 99 : 1 }) }),
        ),
      );
      expect(outcomes).toMatchObject([{ project }, { code: "trace_too_large" }, { project }]);
      const [first, , third] = outcomes;
      expect([await textsOf(first as SessionRef), await textsOf(third as SessionRef)]).toEqual([["a"], ["c"]]);
    });

    test("count each other", async () => {
      const sessions = Array.from({ length: 3 }, () => messageSession(allowing()));
      expect(await underTest().store.createMessageSessions(sessions)).toMatchObject([
        { project },
        { project },
        { code: "trace_limit_reached" },
      ]);
    });

    test("are all refused when one of their keys is another request's", async () => {
      await create(under("k"));
      const outcomes = await underTest().store.createMessageSessions([
        messageSession(under("new")),
        messageSession(under("k", "other")),
      ]);
      expect(outcomes).toMatchObject([{ code: "idempotency_conflict" }, { code: "idempotency_conflict" }]);
      expect(await countAll()).toBe(1);
    });
  });

  describe("a stream", () => {
    test("waits for a judge once it has messages, idle or not, and stays open until it is closed", async () => {
      const { store, claimAll, claimOne } = underTest();
      const ref = await open({ messages: [] });
      expect(await claimAll({ idleMs: anHour })).toEqual([]);
      await store.appendMessages(ref, [user("a")]);
      const claim = await claimOne({ idleMs: anHour });
      expect([claim.open, await statusOf(ref)]).toEqual([true, "open"]);
      await store.releaseClaim(claim, { status: "completed" });
      expect([await statusOf(ref), await claimAll({ idleMs: 0 })]).toEqual(["open", []]);
      expect(await store.closeStream(ref)).toBe(true);
      expect(await statusOf(ref)).toBe("closing");
      const last = await claimOne({ idleMs: anHour });
      expect([last.open, await statusOf(ref)]).toEqual([undefined, "running"]);
      await store.releaseClaim(last, { status: "completed" });
      expect(await statusOf(ref)).toBe("completed");
    });

    test("that grows or is closed while it is judged is judged again at once", async () => {
      const { store, claimOne } = underTest();
      const ref = await open();
      const first = await claimOne();
      await store.appendMessages(ref, [user("b")]);
      await store.releaseClaim(first, { status: "completed" });
      const second = await claimOne({ idleMs: anHour });
      expect([second.open, second.factsVersion > first.factsVersion]).toEqual([true, true]);
      await store.closeStream(ref);
      expect(await statusOf(ref)).toBe("closing");
      await store.releaseClaim(second, { status: "completed" });
      expect(await statusOf(ref)).toBe("closing");
      expect((await claimOne({ idleMs: anHour })).open).toBeUndefined();
    });

    test("is never done before it is closed, whatever becomes of a judgement", async () => {
      const { store, claimOne } = underTest();
      const ref = await open();
      const heard: SessionNotice[] = [];
      const stop = store.watch((notice) => heard.push(notice));
      await store.requestJudgement(ref);
      expect(await statusOf(ref)).toBe("open");
      const claim = await claimOne();
      const built = builtSession(1);
      await store.saveSession(claim, built, []);
      await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1));
      await store.releaseClaim(claim, { status: "failed", error: "no judge" });
      expect(await statusOf(ref)).toBe("open");
      await store.closeStream(ref);
      await store.releaseClaim(await claimOne(), { status: "completed" });
      await sleep(50);
      stop();
      expect(heard.map(({ kind }) => kind).filter((kind) => kind === "done")).toEqual(["done"]);
      expect(heard.at(-1)?.kind).toBe("done");
    });

    test("takes what is added in the order in which it came", async () => {
      const { store } = underTest();
      const ref = await open({ messages: [] });
      const texts = Array.from({ length: 50 }, (_, at) => String(at));
      await Promise.all(texts.map(async (text) => store.appendMessages(ref, [user(text), user(`${text}b`)])));
      expect(await textsOf(ref)).toEqual(texts.flatMap((text) => [text, `${text}b`]));
    });

    test("takes nothing more when it is closed, and closing it again changes nothing", async () => {
      const { store, claimOne, claimAll } = underTest();
      const ref = await open();
      await store.closeStream(ref);
      await expect(store.appendMessages(ref, [user("b")])).rejects.toMatchObject({ code: "session_closed" });
      await store.releaseClaim(await claimOne(), { status: "completed" });
      expect([await store.closeStream(ref), await store.closeSession(ref)]).toEqual([true, true]);
      expect([await statusOf(ref), await claimAll()]).toEqual(["completed", []]);
    });

    test("is closed as any session is, too", async () => {
      const { store, claimOne } = underTest();
      const ref = await open();
      expect(await store.closeSession(ref)).toBe(true);
      await expect(store.appendMessages(ref, [user("b")])).rejects.toMatchObject({ code: "session_closed" });
      expect((await claimOne()).open).toBeUndefined();
    });

    test("is no session that came otherwise, and none that is not there", async () => {
      const { store } = underTest();
      const ref = await create();
      await expect(store.appendMessages(ref, [user("b")])).rejects.toMatchObject({ code: "not_a_stream" });
      await expect(store.closeStream(ref)).rejects.toMatchObject({ code: "not_a_stream" });
      expect([await store.appendMessages(nothing, [user("b")]), await store.closeStream(nothing)]).toEqual([
        "missing",
        false,
      ]);
    });

    test("adds what is sent twice under one key once, also at the same time and after its close", async () => {
      const { store } = underTest();
      const ref = await open();
      const idempotency = { key: "k", digest: "d" };
      const send = async () => store.appendMessages(ref, [user("a"), user("b")], { idempotency });
      const outcomes = await Promise.all(Array.from({ length: 5 }, send));
      expect(outcomes.toSorted()).toEqual(["added", "replayed", "replayed", "replayed", "replayed"]);
      await store.closeStream(ref);
      expect(await send()).toBe("replayed");
      expect(await textsOf(ref)).toEqual(["hi", "a", "b"]);
      expect(await textsOf(await open())).toEqual(["hi"]);
    });

    test("refuses a key under which something else came, and takes it in another session", async () => {
      const { store } = underTest();
      const [ref, other] = [await open(), await open()];
      const add = async (to: typeof ref, text: string, digest: string) =>
        store.appendMessages(to, [user(text)], { idempotency: { key: "k", digest } });
      expect(await add(ref, "a", "1")).toBe("added");
      await expect(add(ref, "b", "2")).rejects.toMatchObject({ code: "idempotency_conflict" });
      expect(await add(other, "b", "2")).toBe("added");
      expect([await textsOf(ref), await textsOf(other)]).toEqual([
        ["hi", "a"],
        ["hi", "b"],
      ]);
    });

    test("counts what is added again for nothing", async () => {
      const { store } = underTest();
      const allowance = { limits: { ...limits, maxCharacters: 10 }, size: { characters: 6, toolCalls: 0 } };
      const ref = await open({ allowance: { ...allowance, size: { characters: 2, toolCalls: 0 } } });
      const options = { allowance, idempotency: { key: "k", digest: "d" } };
      expect(await store.appendMessages(ref, [user("sixsix")], options)).toBe("added");
      expect(await store.appendMessages(ref, [user("sixsix")], options)).toBe("replayed");
    });

    test("closes by itself when nothing came for long", async () => {
      const { store, claimAll } = underTest();
      const [silent, fresh] = [await open({ messages: [] }), await open({ messages: [] })];
      await sleep(1600);
      await store.appendMessages(fresh, [user("b")]);
      await claimAll({ idleMs: anHour, streamSilenceMs: anHour });
      expect([await statusOf(silent), await statusOf(fresh)]).toEqual(["open", "open"]);
      const claims = await claimAll({ idleMs: anHour, streamSilenceMs: 1500 });
      expect(claims.map(({ id, open: isOpen }) => [id, isOpen])).toEqual([[silent.id, undefined]]);
      expect(await statusOf(fresh)).toBe("open");
      await expect(store.appendMessages(silent, [user("b")])).rejects.toMatchObject({ code: "session_closed" });
    });
  });

  describe("a session of messages without a turn", () => {
    test("is listed all the same", async () => {
      const { store, claimOne } = underTest();
      const ref = await create();
      await store.saveSession(await claimOne(), { ...builtSession(1), turns: [] }, []);
      const { sessions } = await store.findSessions({ project, limit: 9 });
      expect([sessions.map(({ id }) => id), await countAll()]).toEqual([[ref.id], 1]);
    });
  });

  describe("deleting all sessions", () => {
    const deleteAll = async (whileDeleting: () => Promise<unknown> = async () => undefined) => {
      const slices: number[] = [];
      let cursor: number | undefined;
      do {
        const slice = await underTest().store.deleteSessions({ project, ...(cursor === undefined ? {} : { cursor }) });
        slices.push(slice.sessions);
        ({ cursor } = slice);
        await whileDeleting();
      } while (cursor !== undefined);
      return slices;
    };

    test("is of the project's own, however they came, and in slices", async () => {
      const { store, write } = underTest();
      await Promise.all(Array.from({ length: 50 }, async () => create()));
      await write(agentSpan());
      const other = await create({ project: "another" });
      const slices = await deleteAll();
      expect(slices.reduce((sum, count) => sum + count, 0)).toBe(51);
      expect(Math.max(...slices)).toBeLessThan(51);
      expect([await countAll(), (await store.getSession(other))?.session.id]).toEqual([0, other.id]);
    });

    test("leaves those that come meanwhile, and ends", async () => {
      await Promise.all(Array.from({ length: 50 }, async () => create()));
      const slices = await deleteAll(async () => create());
      expect(await countAll()).toBe(slices.length);
    });

    test("tells who watches them", async () => {
      const { store } = underTest();
      const ref = await create();
      const heard: SessionNotice[] = [];
      const stop = store.watch((notice) => heard.push(notice));
      await deleteAll();
      await sleep(50);
      stop();
      expect(heard).toEqual([{ ...ref, kind: "deleted" }]);
    });
  });
}

import { once } from "node:events";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Authenticator } from "../../src/component/extension.ts";
import { UnauthenticatedError } from "../../src/model/errors.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { modelCall } from "../support/agent-spans.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, claim, hello, judge, saveTurnJudgement, startApi } from "./api-server.ts";
import { readEvents } from "./event-reader.ts";
import { judgementEvent } from "./valuehead-client.ts";

const messagesBuilt = { ...built, source: "messages" } as const;
const eventStreams = { heartbeatMs: 40, stallMs: 300, limit: 5 };

let api: ApiServer;
beforeAll(async () => {
  api = await startApi({ eventStreams });
});
afterAll(async () => api.close());

const addSession = async () => (await api.store.createMessageSession(hello)).id;
const addJudged = async () => {
  const id = await addSession();
  await judge(api.store, id, { built: messagesBuilt, turns: turnJudgements, trajectory });
  return id;
};
const open = (id: string, face = "sessions") => readEvents(`${api.url}/api/v1/${face}/${id}/stream`);

describe("both streams", () => {
  it.each(["sessions", "traces"])("of %s are event streams that no proxy holds back", async (face) => {
    const reader = await open(await addJudged(), face);
    expect(reader.response.statusCode).toBe(200);
    expect(reader.response.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    await reader.rest();
  });

  it.each(["sessions", "traces"])("of %s keep the line awake with comments", async (face) => {
    const reader = await open(await addSession(), face);
    await vi.waitFor(() => expect(reader.text().match(/^: keep-alive$/gm)?.length).toBeGreaterThanOrEqual(2));
    reader.close();
  });

  it.each(["sessions", "traces"])("of %s say so when the session is deleted", async (face) => {
    const id = await addSession();
    const reader = await open(id, face);
    await ask(api, `/api/v1/sessions/${id}`, { method: "DELETE" });
    expect((await reader.rest()).at(-1)).toEqual({
      event: "error",
      data: { detail: "there is no session with this id", code: "not_found" },
    });
  });

  it.each(["sessions", "traces"])("of %s answer HEAD and end", async (face) => {
    const { status, text } = await ask(api, `/api/v1/${face}/${await addSession()}/stream`, { method: "HEAD" });
    expect([status, text]).toEqual([200, ""]);
  });

  it("are bounded in number, and a place is free again when a reader goes", async () => {
    const id = await addSession();
    const readers = await Promise.all(Array.from({ length: eventStreams.limit }, () => open(id)));
    const refused = await ask(api, `/api/v1/sessions/${id}/stream`);
    expect([refused.status, refused.json?.code, refused.headers["retry-after"]]).toEqual([503, "unavailable", "10"]);
    for (const reader of readers) reader.close();
    await vi.waitFor(async () => {
      const again = await open(id);
      expect(again.response.statusCode).toBe(200);
      again.close();
    });
  });

  it("stop watching the store when their reader goes", async () => {
    const watching = new Set<unknown>();
    const store = new Proxy(api.store, {
      get(target, name, receiver) {
        if (name !== "watch") return Reflect.get(target, name, receiver) as unknown;
        return (listener: Parameters<typeof target.watch>[0]) => {
          const unwatch = target.watch(listener);
          watching.add(listener);
          return () => {
            watching.delete(listener);
            unwatch();
          };
        };
      },
    });
    const watched = await startApi({ store, eventStreams });
    const id = await addSession();
    const reader = await readEvents(`${watched.url}/api/v1/sessions/${id}/stream`);
    await vi.waitFor(() => expect(watching.size).toBe(1));
    reader.close();
    await vi.waitFor(() => expect(watching.size).toBe(0));
    await watched.close();
  });

  describe("of a session that joins another", () => {
    /** Two sessions of one trace each, the first of them claimed and ready to join the second. */
    async function addTwo() {
      const spans = [0, 60].map((startSecond) => modelCall([{ role: "user", content: "hi" }], { startSecond }));
      await api.store.writeSpans(encodeSpans(spans), { project: "default" });
      const { sessions } = await api.store.findSessions({ project: "default", source: "otlp", limit: 2 });
      const [into, joined] = sessions.map((session) => session.id);
      const claims = await api.store.claimSessions({ worker: "test", limit: 100, leaseMs: 60_000, idleMs: 0 });
      const [other, mine] = [into, joined].map((id) => claims.find((held) => held.id === id));
      await api.store.releaseClaim(other!, { status: "completed" });
      return { spans, joined: joined!, into: into!, join: async () => api.store.joinSession(mine!, into!) };
    }
    const judgeIt = async (id: string) => judge(api.store, id, { built, turns: turnJudgements, trajectory });

    it("follow it there, and so do the other routes", async () => {
      const { spans, joined, into, join } = await addTwo();
      const reader = await open(joined);
      expect((await reader.next()).data.session_id).toBe(joined);
      await join();
      await judgeIt(into);
      expect((await reader.rest()).at(-1)).toMatchObject({ event: "done", data: { session_id: into } });
      expect((await ask(api, `/api/v1/sessions/${joined}`)).json?.id).toBe(into);
      expect((await ask(api, `/api/v1/traces/${joined}`)).json?.id).toBe(into);
      const raw = await ask(api, `/api/v1/sessions/${joined}/spans`);
      for (const span of spans) expect(raw.text).toContain(span.spanId);
    });

    it("miss nothing that happens before they know its new id", async () => {
      const { joined, into, join } = await addTwo();
      let reads = 0;
      const store = new Proxy(api.store, {
        get(target, name, receiver) {
          if (name !== "getSession") return Reflect.get(target, name, receiver) as unknown;
          return async (ref: Parameters<typeof target.getSession>[0]) => {
            const judged = await target.getSession(ref);
            reads += 1;
            if (reads === 3) await judgeIt(into);
            return judged;
          };
        },
      });
      const server = await startApi({ store });
      const reader = await readEvents(`${server.url}/api/v1/sessions/${joined}/stream`);
      await reader.next();
      await join();
      expect((await reader.rest()).at(-1)).toMatchObject({ event: "done", data: { session_id: into } });
      await server.close();
    });
  });

  it("end when the server stops", async () => {
    const stopping = new AbortController();
    const server = await startApi({ store: api.store, eventStreams: { stopping: stopping.signal } });
    const reader = await readEvents(`${server.url}/api/v1/sessions/${await addSession()}/stream`);
    await reader.next();
    stopping.abort();
    expect(await reader.rest()).toEqual([]);
    await server.close();
  });

  it("tell of a failure of the store, and leave it in the log", async () => {
    let reads = 0;
    const store = new Proxy(api.store, {
      get(target, name, receiver) {
        if (name !== "getSession") return Reflect.get(target, name, receiver) as unknown;
        return async (ref: Parameters<typeof target.getSession>[0]) => {
          reads += 1;
          if (reads > 1) throw new Error("disk gone: /home/me");
          return target.getSession(ref);
        };
      },
    });
    const broken = await startApi({ store });
    const reader = await readEvents(`${broken.url}/api/v1/traces/${await addSession()}/stream`);
    const [event] = await reader.rest();
    expect(event).toMatchObject({ event: "error", data: { code: "internal" } });
    expect(JSON.stringify(event)).not.toContain("/home/me");
    expect(broken.log).toHaveLength(1);
    await broken.close();
  });

  it("cut off a reader that takes nothing, without keeping what it misses", async () => {
    const huge = { ...turnJudgements[0], reasoning: "x".repeat(12_000_000) }; // more than sockets hold
    const id = await addSession();
    await judge(api.store, id, { built: messagesBuilt, turns: [huge, { ...huge, turn: 2 }], trajectory });
    const socket = createConnection({ port: api.port, host: "127.0.0.1" });
    const closed = new Promise((resolve) => {
      socket.on("close", resolve);
    });
    socket.write(`GET /api/v1/sessions/${id}/stream HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    while (socket.bytesRead < 10_000) await once(socket, "data"); // the first event has begun
    socket.pause();
    await sleep(eventStreams.stallMs + 500);
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(24_000_000);
  });
});

describe("GET /api/v1/sessions/{id}/stream", () => {
  it("replays a judged session and ends", async () => {
    const id = await addJudged();
    const events = await (await open(id)).rest();
    expect(events.map(({ event, data }) => [event, data.turn])).toEqual([
      ["session-updated", undefined],
      ["judgement", 1],
      ["judgement", 2],
      ["done", undefined],
    ]);
    expect(events[0]?.data).toMatchObject({
      session_id: id,
      status: "completed",
      total_turns: 2,
      summary: { helpful: 1 },
    });
    expect(events[1]?.data.judgement).toMatchObject({ turn: 1, score: 1, judge: { name: "rules" } });
    expect(events[3]?.data).toMatchObject({
      session_id: id,
      status: "completed",
      trajectory: { score: -1 },
      error: null,
    });
  });

  it("tells each change as it happens", async () => {
    const id = await addSession();
    const reader = await open(id);
    expect(await reader.next()).toMatchObject({
      event: "session-updated",
      data: { session_id: id, status: "pending" },
    });
    const held = await claim(api.store, id);
    await api.store.saveSession(held, messagesBuilt, []);
    const seen = [];
    do seen.push(await reader.next());
    while (seen.at(-1)?.data.total_turns !== 2);
    expect(seen.every(({ event }) => event === "session-updated")).toBe(true);
    await saveTurnJudgement(api.store, held, messagesBuilt, turnJudgements[0]);
    expect((await reader.next()).data.summary?.judged_turns).toBe(1);
    expect(await reader.next()).toMatchObject({ event: "judgement", data: { turn: 1 } });
    await api.store.releaseClaim(held, { status: "failed", error: "no judge" });
    const last = await reader.rest();
    expect(last.at(-1)).toMatchObject({
      event: "done",
      data: { status: "failed", error: "no judge", trajectory: null },
    });
    expect(last.filter(({ event }) => event === "judgement")).toEqual([]);
  });
});

describe("GET /api/v1/traces/{id}/stream", () => {
  it("replays what ValueHead's client parses: cumulative judgements, then done with data", async () => {
    const id = await addJudged();
    const events = await (await open(id, "traces")).rest();
    expect(events.map(({ event }) => event)).toEqual(["judgement", "judgement", "done"]);
    const [first, second] = events.slice(0, 2).map(({ data }) => judgementEvent.parse(data));
    expect([first?.turn, Object.keys(first?.judgements ?? {})]).toEqual([1, ["1"]]);
    expect([second?.turn, Object.keys(second?.judgements ?? {})]).toEqual([2, ["1", "2"]]);
    expect(events[2]?.data).toEqual({ session_id: id, status: "completed" });
  });

  it("carries with each judgement of a long session its own alone, so that it is as long as the session and no longer", async () => {
    const numbers = Array.from({ length: 60 }, (_, at) => at + 1);
    const [turn] = messagesBuilt.turns;
    const built = {
      ...messagesBuilt,
      turns: numbers.map((number) => ({ ...turn!, turn: number, digest: String(number) })),
    };
    const id = await addSession();
    await judge(api.store, id, {
      built,
      turns: numbers.map((number) => ({ ...turnJudgements[0], turn: number })),
      trajectory,
    });
    const events = await (await open(id, "traces")).rest();
    const told = events.slice(0, -1).map(({ data }) => judgementEvent.parse(data));
    expect(told.map(({ turn: number }) => number)).toEqual(numbers);
    expect(told.map(({ judgements }) => Object.keys(judgements).length)).toEqual(numbers.map((n) => (n > 50 ? 1 : n)));
    expect(Object.keys(told.at(-1)?.judgements ?? {})).toEqual(["60"]);
    expect(events.at(-1)?.event).toBe("done");
  });

  it("sends each judgement when it is made and done only after the last", async () => {
    const id = await addSession();
    const reader = await open(id, "traces");
    const held = await claim(api.store, id);
    await api.store.saveSession(held, messagesBuilt, []);
    for (const judgement of turnJudgements) {
      await saveTurnJudgement(api.store, held, messagesBuilt, judgement);
      const { event, data } = await reader.next();
      expect([event, data.turn, Object.keys(data.judgements ?? {}).length]).toEqual([
        "judgement",
        judgement.turn,
        judgement.turn,
      ]);
    }
    await sleep(200);
    expect(reader.text()).not.toContain("event: done");
    await api.store.releaseClaim(held, { status: "completed" });
    expect(await reader.rest()).toMatchObject([{ event: "done", data: { session_id: id, status: "completed" } }]);
  });

  it("keeps text with line breaks on one data line", async () => {
    const id = await addSession();
    const odd = { ...turnJudgements[0], reasoning: "one\ntwo\r\nthree\u2028four\u0085five\nevent: done\ndata: {}\n\n" };
    await judge(api.store, id, { built: messagesBuilt, turns: [odd], trajectory });
    const events = await (await open(id, "traces")).rest();
    expect(events.map(({ event }) => event)).toEqual(["judgement", "done"]);
    expect(events[0]?.data.judgements?.["1"]?.turn_reasoning).toBe(odd.reasoning);
  });
});

describe("a stream whose reader's key is withdrawn", () => {
  /** An API whose one key can be withdrawn, and an open stream of a session. */
  async function openWithKey() {
    let isKnown = true;
    const authenticator: Authenticator = {
      authenticate() {
        if (!isKnown) throw new UnauthenticatedError("the token is not known here", { hadCredentials: true });
        return { project: hello.project };
      },
      clientHeaders: () => ({}),
    };
    const guarded = await startApi({ eventStreams, authenticator });
    onTestFinished(async () => guarded.close());
    const { id } = await guarded.store.createMessageSession(hello);
    const reader = await readEvents(`${guarded.url}/api/v1/sessions/${id}/stream`);
    expect((await reader.next()).event).toBe("session-updated");
    return { id, reader, store: guarded.store, withdraw: () => (isKnown = false) };
  }

  it("ends before the next event, and says why", async () => {
    const { id, reader, store, withdraw } = await openWithKey();
    withdraw();
    await judge(store, id, { built: messagesBuilt, turns: turnJudgements, trajectory });
    expect(await reader.rest()).toMatchObject([{ event: "error", data: { code: "unauthenticated" } }]);
    expect(reader.text()).not.toContain("judgement");
  });

  it("ends within a heartbeat when nothing happens, and says why and what to do", async () => {
    const { reader, withdraw } = await openWithKey();
    withdraw();
    const detail = "the token is not known here; open the stream again with a key that counts";
    expect(await reader.rest()).toEqual([{ event: "error", data: { detail, code: "unauthenticated" } }]);
  });
});

import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, claim, hello, judge, startApi } from "./api-server.ts";

const messagesBuilt = { ...built, source: "messages" } as const;
const limit = 3;

let api: ApiServer;
beforeAll(async () => {
  api = await startApi({ eventStreams: { limit } });
});
afterAll(async () => api.close());

const add = async () => (await api.store.createMessageSession(hello)).id;
const judgeIt = async (id: string) => judge(api.store, id, { built: messagesBuilt, turns: turnJudgements, trajectory });
const get = async (id: string, wait: number | string, face = "traces") =>
  ask(api, `/api/v1/${face}/${id}?wait=${wait}`);
const took = async (work: Promise<unknown>) => {
  const started = performance.now();
  await work;
  return performance.now() - started;
};

describe.each(["traces", "sessions"])("GET /api/v1/%s/{id}?wait=", (face) => {
  it("answers when the session is judged", async () => {
    const id = await add();
    const waiting = get(id, 30, face);
    await sleep(100);
    await judgeIt(id);
    const { status, json } = await waiting;
    expect([status, json?.status]).toEqual([200, "completed"]);
  });

  it("answers at once for one that is judged, and without waiting for 0", async () => {
    const [id, pending] = [await add(), await add()];
    await judgeIt(id);
    expect((await get(id, 60, face)).json?.status).toBe("completed");
    expect((await get(pending, 0, face)).json?.status).toBe("running"); // the judge above took it along
  });

  it("answers with the state as it is when the time is up", async () => {
    const id = await add();
    const waiting = get(id, 1, face);
    expect(await took(waiting)).toBeGreaterThan(950);
    const { status, json } = await waiting;
    expect([status, json?.status]).toEqual([200, "pending"]);
  });

  it("answers 404 for one that is not there, or is deleted meanwhile", async () => {
    expect((await get("0".repeat(32), 30, face)).status).toBe(404);
    const id = await add();
    const waiting = get(id, 30, face);
    await sleep(100);
    await api.store.deleteSession({ project: "default", id });
    expect((await waiting).status).toBe(404);
  });

  it.each(["61", "-1", "x", "1.5"])("refuses %s seconds", async (wait) => {
    const { status, json } = await get(await add(), wait, face);
    expect([status, json?.detail]).toEqual([400, expect.stringContaining('"wait"')]);
  });
});

describe("waits", () => {
  it("are bounded in number, share their places with event streams, and end when the caller goes", async () => {
    const id = await add();
    const calls = Array.from({ length: limit }, (_, at) => {
      const path = at === 0 ? "/stream" : "?wait=60";
      const call = request({ host: "127.0.0.1", port: api.port, path: `/api/v1/traces/${id}${path}` });
      call.on("error", () => undefined).end();
      return call;
    });
    await vi.waitFor(async () => {
      const { status, headers } = await get(id, 1);
      expect([status, headers["retry-after"]]).toEqual([503, "10"]);
    }, 10_000); // one that still found a place has waited a second for nothing
    for (const call of calls) call.destroy();
    await vi.waitFor(async () => expect((await get(id, 1)).status).toBe(200), 10_000);
  });

  it("end when the server stops, with the state as it is", async () => {
    const stopping = new AbortController();
    const server = await startApi({ store: api.store, eventStreams: { stopping: stopping.signal } });
    const id = await add();
    const waiting = ask(server, `/api/v1/traces/${id}?wait=60`);
    await sleep(200);
    stopping.abort();
    expect((await waiting).json?.status).toBe("pending");
    await server.close();
  });

  it("keep nobody else from being answered", async () => {
    const crowded = await startApi({ store: api.store, turnstile: { places: 1, waiting: 5 } });
    const id = await add();
    const waiting = ask(crowded, `/api/v1/traces/${id}?wait=60`);
    await sleep(100);
    expect((await ask(crowded, `/api/v1/traces/${id}`)).status).toBe(200);
    await judgeIt(id);
    expect((await waiting).json?.status).toBe("completed");
    await crowded.close();
  });
});

describe("VH-10 POST /api/v1/traces/{id}/evaluate", () => {
  const evaluate = async (id: string) => ask(api, `/api/v1/traces/${id}/evaluate`, { method: "POST" });

  it("has the session judged again, and answers when that is done", async () => {
    const id = await add();
    await judgeIt(id);
    const waiting = evaluate(id);
    await sleep(100);
    const held = await claim(api.store, id);
    expect(held.rejudge).toBe(true);
    await api.store.releaseClaim(held, { status: "completed" });
    const { status, json } = await waiting;
    expect([status, json?.id, json?.status, Object.keys(json?.judgements ?? {})]).toEqual([
      200,
      id,
      "completed",
      ["1", "2"],
    ]);
  });

  it("answers with the reason when the judge fails", async () => {
    const id = await add();
    const waiting = evaluate(id);
    await sleep(100);
    await api.store.releaseClaim(await claim(api.store, id), { status: "failed", error: "no judge" });
    const { status, json } = await waiting;
    expect([status, json?.status, json?.error]).toEqual([200, "failed", "no judge"]);
  });

  it("is refused for a session that takes more messages, and for one that is not there", async () => {
    const { id } = await api.store.createMessageSession({ ...hello, source: "stream", open: true });
    const refused = await evaluate(id);
    expect([refused.status, refused.json?.code]).toEqual([409, "session_open"]);
    expect((await evaluate("0".repeat(32))).status).toBe(404);
  });

  it("says what to do when it takes too long", async () => {
    const stopping = new AbortController();
    const server = await startApi({ store: api.store, eventStreams: { stopping: stopping.signal } });
    const waiting = ask(server, `/api/v1/traces/${await add()}/evaluate`, { method: "POST" });
    await sleep(200);
    stopping.abort(); // as the end of its five minutes
    const { status, json } = await waiting;
    expect([status, json?.code, json?.detail]).toEqual([504, "evaluation_timeout", expect.stringContaining("wait=60")]);
    await server.close();
  });
});

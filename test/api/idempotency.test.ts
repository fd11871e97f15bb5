import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServer, ask, startApi } from "./api-server.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

const user = (content: string) => ({ role: "user", content });
let count = 0;
const newKey = () => `key-${(count += 1)}`;
const send = async (key: string, body: unknown, path = "") =>
  ask(api, `/api/v1/traces${path}`, { headers: { "idempotency-key": key }, body });
const stored = async () => api.store.countSessions({ project: "default", limit: 1 });

describe("an idempotency key", () => {
  it.each<[string, string, object]>([
    [
      "a submission",
      "",
      { messages: [user("hi")], metadata: { b: 1, a: 2 }, instructions: "x", evaluate_safety: true },
    ],
    ["a stream", "/streaming", { initial_messages: [user("hi")], metadata: {} }],
  ])("has %s answered the same way again, and stored once", async (_what, path, body) => {
    const [key, before] = [newKey(), await stored()];
    const first = await send(key, body, path);
    const second = await send(key, body, path);
    expect([first.status, first.headers["idempotency-replayed"]]).toEqual([201, undefined]);
    expect([second.status, second.headers["idempotency-replayed"], second.text]).toEqual([201, "true", first.text]);
    expect(await stored()).toBe(before + 1);
  });

  it("does not care in which order the members stand", async () => {
    const key = newKey();
    const first = await send(key, { messages: [user("hi")], metadata: { a: 1, b: 2 } });
    const second = await send(key, { metadata: { b: 2, a: 1 }, messages: [{ content: "hi", role: "user" }] });
    expect(second.text).toBe(first.text);
  });

  it("makes one session of twins that come together", async () => {
    const [key, before] = [newKey(), await stored()];
    const answers = await Promise.all(Array.from({ length: 10 }, async () => send(key, { messages: [user("hi")] })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(await stored()).toBe(before + 1);
  });

  it.each<[string, object, string]>([
    ["other messages", { messages: [user("ho")] }, ""],
    ["other metadata", { messages: [user("hi")], metadata: { a: 1 } }, ""],
    ["other instructions", { messages: [user("hi")], instructions: "be strict" }, ""],
    ["a request to another door", { initial_messages: [user("hi")] }, "/streaming"],
  ])("is refused for %s", async (_what, body, path) => {
    const key = newKey();
    await send(key, { messages: [user("hi")] });
    const before = await stored();
    const { status, json } = await send(key, body, path);
    expect([status, json?.code]).toEqual([422, "idempotency_conflict"]);
    expect(await stored()).toBe(before);
  });

  it("is free again when its session is deleted", async () => {
    const key = newKey();
    const { json } = await send(key, { messages: [user("hi")] });
    await ask(api, `/api/v1/traces/${json?.session_id}`, { method: "DELETE" });
    expect((await send(key, { messages: [user("ho")] })).status).toBe(201);
  });

  it.each([
    ["nothing", ""],
    ["256 characters", "k".repeat(256)],
    ["a blank", "a b"],
    ["letters beyond ASCII", "caf\u00e9"],
  ])("of %s is refused, and nothing is stored", async (_what, key) => {
    const before = await stored();
    const { status, json } = await send(key, { messages: [user("hi")] });
    expect([status, json?.code, json?.detail]).toEqual([
      400,
      "invalid_request",
      expect.stringContaining("idempotency-key"),
    ]);
    expect(await stored()).toBe(before);
  });

  it("of 255 characters is taken", async () => {
    expect((await send("k".repeat(255), { messages: [user("hi")] })).status).toBe(201);
  });

  describe("of what is added to a stream", () => {
    const open = async (): Promise<string> =>
      (await ask(api, "/api/v1/traces/streaming", { body: {} })).json?.session_id ?? "";
    const textsOf = async (id: string) =>
      (await api.store.readFacts({ project: "default", id })).messages.map(({ content }) => content);

    it("has it answered the same way again, and added once", async () => {
      const [key, id] = [newKey(), await open()];
      const body = { messages: [user("a"), user("b")] };
      const first = await send(key, body, `/${id}/messages`);
      await send(newKey(), { messages: [user("c")] }, `/${id}/messages`);
      const again = await send(key, body, `/${id}/messages`);
      expect([first.status, first.headers["idempotency-replayed"]]).toEqual([200, undefined]);
      expect([again.status, again.headers["idempotency-replayed"], again.text]).toEqual([200, "true", first.text]);
      expect(await textsOf(id)).toEqual(["a", "b", "c"]);
    });

    it("is refused for other messages, and free in another stream", async () => {
      const [key, id, other] = [newKey(), await open(), await open()];
      await send(key, { messages: [user("a")] }, `/${id}/messages`);
      const { status, json } = await send(key, { messages: [user("b")] }, `/${id}/messages`);
      expect([status, json?.code]).toEqual([422, "idempotency_conflict"]);
      expect((await send(key, { messages: [user("b")] }, `/${other}/messages`)).status).toBe(200);
      expect([await textsOf(id), await textsOf(other)]).toEqual([["a"], ["b"]]);
    });

    it("adds it each time where there is none", async () => {
      const id = await open();
      for (const _ of [1, 2]) await ask(api, `/api/v1/traces/${id}/messages`, { body: { messages: [user("a")] } });
      expect(await textsOf(id)).toEqual(["a", "a"]);
    });
  });

  it("of a batch is that of the whole batch", async () => {
    const [key, before] = [newKey(), await stored()];
    const traces = [{ messages: [user("a")] }, { messages: [] }, { messages: [user("b")] }];
    const first = await send(key, { traces }, "/batch");
    const again = await send(key, { traces }, "/batch");
    expect([again.status, again.headers["idempotency-replayed"], again.text]).toEqual([201, "true", first.text]);
    const others = [traces.slice(0, 1), [...traces, traces[0]], traces.toReversed(), [{ messages: [] }, ...traces]];
    for (const other of others)
      expect((await send(key, { traces: other }, "/batch")).json?.code).toBe("idempotency_conflict");
    expect(await stored()).toBe(before + 2);
  });
});

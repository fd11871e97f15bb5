import { createConnection } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServer, ask, claim, hello, startApi } from "./api-server.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

const user = (content: string) => ({ role: "user", content });
const open = async (body: object = {}) => ask(api, "/api/v1/traces/streaming", { body });
const opened = async (body?: object): Promise<string> => (await open(body)).json?.session_id ?? "";
const append = async (id: string, ...messages: object[]) =>
  ask(api, `/api/v1/traces/${id}/messages`, { body: { messages } });
/** As ValueHead's client sends it: without a body, and without a content type. */
const close = async (id: string) => ask(api, `/api/v1/traces/${id}/close`, { method: "POST" });
const refOf = (id: string) => ({ project: "default", id });
const textsOf = async (id: string) => (await api.store.readFacts(refOf(id))).messages.map(({ content }) => content);

describe("VH-21 a session that is added to", () => {
  it("is opened with exactly 201, also with everything empty", async () => {
    const answer = await open({ initial_messages: [], metadata: {}, instructions: "", evaluate_safety: false });
    const id = answer.json?.session_id;
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect([answer.status, answer.json]).toEqual([201, { session_id: id, status: "open", transcript_preview: null }]);
    expect((await ask(api, `/api/v1/sessions/${answer.json?.session_id}`)).json).toMatchObject({
      source: "stream",
      status: "open",
    });
  });

  it("keeps what it was opened with", async () => {
    const id = await opened({
      initial_messages: [user("hi")],
      metadata: { agent: "w" },
      instructions: "cite sources",
      evaluate_safety: true,
      tools: [{ name: "f" }],
    });
    const held = await claim(api.store, id);
    expect(held.judging).toEqual({ instructions: "cite sources", evaluateSafety: true });
    expect(await api.store.readFacts(held)).toMatchObject({ messages: [user("hi")], tools: [{ name: "f" }] });
    expect((await ask(api, `/api/v1/traces/${id}`)).json?.metadata).toEqual({ agent: "w" });
  });

  it("takes messages with exactly 200, and keeps their order", async () => {
    const id = await opened();
    const { status, json } = await append(id, user("a"), user("b"));
    expect([status, json]).toEqual([200, { session_id: id, status: "open", transcript_preview: null }]);
    await append(id, user("c"));
    expect(await textsOf(id)).toEqual(["a", "b", "c"]);
  });

  it("keeps the order of requests that were sent without waiting", async () => {
    const id = await opened();
    const texts = Array.from({ length: 40 }, (_, at) => `text ${at}`);
    const socket = createConnection({ port: api.port, host: "127.0.0.1" });
    const requests = texts.map((content, at) => {
      const body = JSON.stringify({ messages: [user(content)] });
      const last = at === texts.length - 1 ? "connection: close\r\n" : "";
      return `POST /api/v1/traces/${id}/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${last}content-length: ${body.length}\r\n\r\n${body}`;
    });
    socket.write(requests.join(""));
    expect((await textOf(socket)).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(texts.length);
    expect(await textsOf(id)).toEqual(texts);
  });

  it("is closed with exactly 200, and again with the same", async () => {
    const id = await opened({ initial_messages: [user("hi")] });
    const [first, second] = [await close(id), await close(id)];
    const expected = [200, JSON.stringify({ session_id: id, status: "closing" })];
    expect([first.status, first.text]).toEqual(expected);
    expect([second.status, second.text]).toEqual(expected);
    const held = await claim(api.store, id);
    await api.store.releaseClaim(held, { status: "completed" });
    expect((await close(id)).text).toBe(first.text);
    expect((await ask(api, `/api/v1/traces/${id}`)).json?.status).toBe("completed");
  });

  it("takes nothing when it is closed", async () => {
    const id = await opened({ initial_messages: [user("a")] });
    await close(id);
    const { status, json } = await append(id, user("b"));
    expect([status, json?.code]).toEqual([409, "session_closed"]);
    expect(await textsOf(id)).toEqual(["a"]);
  });

  it("is no session that came otherwise", async () => {
    const { id } = await api.store.createMessageSession(hello);
    expect([(await append(id, user("b"))).json?.code, (await append(id, user("b"))).status]).toEqual([
      "not_a_stream",
      409,
    ]);
    expect([(await close(id)).json?.code, (await close(id)).status]).toEqual(["not_a_stream", 409]);
  });

  it("is its project's own", async () => {
    const { id } = await api.store.createMessageSession({ ...hello, project: "another", source: "stream", open: true });
    expect([(await append(id, user("b"))).status, (await close(id)).status]).toEqual([404, 404]);
  });

  it("is not there with an unknown id", async () => {
    const id = "0".repeat(32);
    expect([(await append(id, user("b"))).status, (await close(id)).status]).toEqual([404, 404]);
  });

  it.each<[string, string, object, string]>([
    ["initial messages that are no list", "streaming", { initial_messages: {} }, "initial_messages"],
    ["an unknown role", "streaming", { initial_messages: [{ role: "human" }] }, "initial_messages.0.role"],
    ["the name of another door's field", "streaming", { messages: [] }, "messages"],
    ["no messages to add", "ID/messages", { messages: [] }, "messages"],
    ["a field nobody knows", "ID/messages", { messages: [user("x")], metadata: {} }, "metadata"],
    ["anything at the close", "ID/close", { reason: "x" }, "reason"],
  ])("refuses %s", async (_what, path, body, field) => {
    const id = await opened();
    const answer = await ask(api, `/api/v1/traces/${path.replace("ID", id)}`, { body });
    expect([answer.status, answer.json?.detail]).toEqual([400, expect.stringContaining(`"${field}"`)]);
    expect(await textsOf(id)).toEqual([]);
  });
});

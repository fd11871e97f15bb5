/** Every method of the client against a whole server: each path, method and body is right, and each answer as its type says. */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  type SessionFilter,
  Turnwise,
} from "@turnwise/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { document, operationAt, requireDocumented } from "../api/documented-answers.ts";
import { type IntakeServer, startIntakeServer } from "../intake/intake-server.ts";
import { elevenLabsReply, wav } from "../intake/speech-server.ts";
import { modelCall } from "../support/agent-spans.ts";
import { portOf } from "../support/port-of.ts";

const admin = { email: "root@example.com", password: "correct horse battery" };
const dialogue = [
  { role: "user", content: "What is the capital of France?" },
  { role: "assistant", content: "Paris." },
] as const;

/** Where spans are sent on to, which will not have them. */
const upstream = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(400).end());
});
let server: IntakeServer;
/** Without a key, and with the admin's. */
let nobody: Turnwise;
let turnwise: Turnwise;
let apiKey = "";

const asked = new Set<string>();

/** Holds every answer against the OpenAPI document, of which the client's types are made. */
async function documentedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  const [method, path, type] = [init?.method ?? "GET", url.pathname, response.headers.get("content-type") ?? ""];
  asked.add(operationAt(method.toLowerCase(), path)?.operationId ?? `${method} ${path}`);
  if (type.startsWith("text/event-stream")) return response;
  const text = await response.clone().text();
  requireDocumented({ method, path, status: response.status, type, text });
  return response;
}

const clientWith = (key: string): Turnwise =>
  new Turnwise({ baseUrl: server.apiUrl, apiKey: key, fetch: documentedFetch });

beforeAll(async () => {
  await new Promise<void>((listening) => upstream.listen(0, "127.0.0.1", listening));
  const forwarder = `otlp_http: { endpoint: "http://127.0.0.1:${portOf(upstream)}" }`;
  server = await startIntakeServer({
    edit: (yaml) =>
      yaml
        .replace('"${env:TURNWISE_ADMIN_EMAILS:-}"', admin.email)
        .replace("  store: {}", `  store: {}\n  ${forwarder}`)
        .replace("exporters: [store] }", "exporters: [store, otlp_http] }"),
  });
  server.answering(() =>
    elevenLabsReply([
      ["a", "Is it open?"],
      ["b", "Yes, until six."],
    ]),
  );
  nobody = clientWith("");
  apiKey = (await nobody.auth.register({ ...admin, name: "Root" })).api_key;
  turnwise = clientWith(apiKey);
});
afterAll(async () => {
  await server.stopAll();
  upstream.closeAllConnections();
  upstream.close();
});

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const giveUpAt = Date.now() + 10_000; ; await sleep(25)) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error("it did not come to that");
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("a conversation", () => {
  it("is submitted, waited for, read, listed, followed, judged again and deleted", async () => {
    const submission = { messages: dialogue, metadata: { call: "7" }, instructions: "be fair", evaluate_safety: true };
    const { session_id: id } = await turnwise.submit(submission);
    const judged = await turnwise.wait(id, { pollMs: 25, waitMs: 10_000 });
    expect(judged).toMatchObject({ id, status: "completed", total_turns: 1, metadata: { call: "7" } });
    expect(judged.judgements["1"]?.user_content).toBe(dialogue[0].content);
    expect(judged.trajectory).not.toBeNull();
    expect(await turnwise.get(id)).toEqual(judged);
    expect(await turnwise.list({ limit: 1 })).toMatchObject({ sessions: [{ id }], count: 1 });
    expect(await turnwise.list({ offset: 1000 })).toMatchObject({ sessions: [], count: 0 });
    expect((await all(turnwise.stream(id))).map(({ turn }) => turn)).toEqual([1]);
    expect(await turnwise.evaluate(id)).toMatchObject({ id, status: "completed" });
    await turnwise.delete(id);
    await expect(turnwise.get(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it("is one when it is submitted twice under one key", async () => {
    const options = { idempotencyKey: "the-same" };
    const first = await turnwise.submit({ messages: dialogue }, options);
    expect(await turnwise.submit({ messages: dialogue }, options)).toEqual(first);
  });

  it("comes with others, of which some are refused; all are listed, page by page", async () => {
    const { results } = await turnwise.submitBatch([{ messages: dialogue }, { messages: [] }, { messages: dialogue }]);
    expect(results).toMatchObject([{ status: "pending" }, { error: { status: 400 } }, { status: "pending" }]);
    const ids = results.flatMap((result) => ("error" in result ? [] : [result.session_id]));
    const listed = (await all(turnwise.iterate({ limit: 1 }))).map(({ id }) => id);
    expect(listed).toEqual(expect.arrayContaining(ids));
    expect(new Set(listed).size).toBe(listed.length);
  });

  it("comes as a text", async () => {
    const { session_id: id } = await turnwise.submitText({
      text: "User: Is it open?\nAssistant: Yes, until six.",
      format: "labels",
      first_speaker_role: "user",
      context: "a shop",
      metadata: { call: "8" },
    });
    expect(await turnwise.wait(id, { pollMs: 25 })).toMatchObject({ total_turns: 1, metadata: { call: "8" } });
  });

  it("comes as a recording", async () => {
    const { session_id: id } = await turnwise.submitVoice({
      file: new Blob([new Uint8Array(wav())]),
      filename: "call.wav",
      metadata: { call: 9 },
      speakers_expected: 2,
      human_speaker: "1",
      instructions: "be fair",
      evaluate_safety: false,
    });
    expect(await turnwise.wait(id, { pollMs: 25 })).toMatchObject({ total_turns: 1, metadata: { call: 9 } });
    expect((await turnwise.sessions.get(id)).turns[0]?.user_content).toBe("Is it open?");
  });

  it("is appended to until it is closed", async () => {
    const session = await turnwise.streaming({ initial_messages: dialogue, metadata: { call: "10" } });
    const events = all(session.events());
    await session.append([{ role: "user", content: "And of Spain?" }]);
    expect((await session.append([{ role: "assistant", content: "Madrid." }])).session_id).toBe(session.id);
    await session.close();
    expect((await events).map(({ turn }) => turn)).toEqual([1, 2]);
    await expect(session.append(dialogue)).rejects.toBeInstanceOf(ConflictError);
  });

  it("is refused when it is none, with what is wrong", async () => {
    const error: unknown = await turnwise.submit({ messages: [] }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ status: 400, code: "invalid_request", path: "/traces" });
  });
});

/** One model call, as an agent sends it. Returns the id of its session. */
async function sendSpan(conversation: string): Promise<string> {
  const attributes = new Map([
    ["gen_ai.conversation.id", conversation],
    ["gen_ai.agent.name", "shop"],
    ["user.id", "ann"],
  ]);
  const { bytes } = encodeSpans([modelCall([{ role: "user", content: `Hello ${conversation}` }], { attributes })]);
  const sent = await fetch(`${server.otlpUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", authorization: `Bearer ${apiKey}` },
    body: new Uint8Array(bytes),
  });
  expect(sent.status).toBe(200);
  return until(async () => (await turnwise.sessions.list({ conversation_id: conversation })).sessions[0]?.id);
}

describe("a session", () => {
  it("is closed, followed, read, explained, judged and built again, and deleted", async () => {
    const id = await sendSpan("all of it");
    expect(await turnwise.sessions.close(id)).toMatchObject({ id });
    const events = await all(turnwise.sessions.stream(id));
    const session = await turnwise.sessions.get(id);
    expect(events[0]).toMatchObject({ event: "session-updated", data: { session_id: id } });
    expect(events.filter(({ event }) => event === "judgement")).toEqual([
      { event: "judgement", data: { session_id: id, turn: 1, judgement: session.turns[0]?.judgement } },
    ]);
    expect(events.at(-1)).toEqual({
      event: "done",
      data: { session_id: id, status: "completed", trajectory: session.trajectory, metric_scores: [], error: null },
    });
    const updated = events.findLast(({ event }) => event === "session-updated");
    expect(updated?.data).toEqual({
      session_id: id,
      status: "completed",
      revision: 1,
      total_turns: 1,
      summary: session.summary,
    });
    expect(session).toMatchObject({ source: "otlp", turns: [{ user_content: "Hello all of it" }] });
    expect(await turnwise.sessions.spans(id)).toMatchObject({ resourceSpans: [expect.anything()] });
    expect(await turnwise.sessions.judgeSpans(id, { traceId: "0".repeat(32) })).toEqual({ resourceSpans: [] });
    const shown = JSON.stringify((await turnwise.sessions.explain(id, { values: true })).spans);
    expect([shown, JSON.stringify((await turnwise.sessions.explain(id)).spans)]).toEqual([
      expect.stringContaining("Hello all of it"),
      expect.not.stringContaining("Hello all of it"),
    ]);
    expect(await turnwise.sessions.judge(id, { judge: "rules" })).toMatchObject({ id });
    await turnwise.wait(id, { pollMs: 25 });
    await expect(turnwise.sessions.judge(id, { judge: "nobody" })).rejects.toBeInstanceOf(InvalidRequestError);
    expect(await turnwise.sessions.rebuild(id)).toMatchObject({ id });
    await turnwise.sessions.delete(id);
    await expect(turnwise.sessions.get(id)).rejects.toMatchObject({ code: "not_found", path: `/sessions/${id}` });
  });

  it("is labelled, which its judges are measured by", async () => {
    const id = await sendSpan("labelled");
    await turnwise.wait(id, { pollMs: 25 });
    const label = await turnwise.sessions.label(id, { target: "turn", turn: 1, score: 1, note: "well done" });
    expect(label).toMatchObject({ session_id: id, turn: 1, score: 1, labeller: admin.email, stale: false });
    expect(await turnwise.sessions.labels(id)).toEqual({ labels: [label] });
    const line = { ...label, stale: undefined };
    expect(await turnwise.server.importLabels([line, { ...line, labeller: "bob" }])).toEqual({ imported: 2 });
    const page = await turnwise.server.labels({ limit: 1 });
    expect(page.labels).toEqual([label]);
    expect((await turnwise.server.labels({ cursor: page.next_cursor ?? "" })).labels).toMatchObject([
      { labeller: "bob" },
    ]);
    const { judges, people } = await turnwise.server.judges();
    expect(judges[0]).toMatchObject({ name: "rules", off: null, paused: null, calibrated: { turn: false } });
    expect(judges[0]?.versions[0]?.agreement).toMatchObject([{ target: "turn", n: 1 }]);
    expect(people).toMatchObject([{ target: "turn", n: 1, raw: 1 }]);
    await turnwise.sessions.removeLabel(id, { target: "turn", turn: 1, labeller: "bob" });
    expect(await turnwise.sessions.labels(id)).toEqual({ labels: [label] });
    await expect(turnwise.sessions.label(id, { target: "turn", turn: 9, score: 1 })).rejects.toThrow(
      InvalidRequestError,
    );
  });

  it("is found by every filter, and only by the right values", async () => {
    const id = await sendSpan("found");
    await turnwise.wait(id, { pollMs: 25 });
    const { last_activity_at: at, models, trajectory } = await turnwise.sessions.get(id);
    const later = new Date(Date.parse(at) + 1);
    const score = trajectory?.score ?? 0;
    const pairs: readonly (readonly [SessionFilter, SessionFilter])[] = [
      [{ status: "completed" }, { status: "open" }],
      [{ conversation_id: "found" }, { conversation_id: "lost" }],
      [{ user_id: "ann" }, { user_id: "bob" }],
      [{ agent_name: "shop" }, { agent_name: "bank" }],
      [{ model: models[0] ?? "none" }, { model: "another" }],
      [{ source: "otlp" }, { source: "voice" }],
      [{ score }, { score: score === 1 ? -1 : 1 }],
      [{ q: "hello found" }, { q: "hello nowhere" }],
      [{ from: at }, { from: later }],
      [{ to: later }, { to: at }],
      [{}, { has: ["error", "harmful_turn"] }],
      [{}, { metadata: { call: "7" } }],
    ];
    for (const [right, wrong] of pairs) {
      const idsOf = async (filter: SessionFilter) =>
        (await all(turnwise.sessions.iterate(filter))).map((one) => one.id);
      expect([right, await idsOf(right)]).toEqual([right, expect.arrayContaining([id])]);
      expect([wrong, await idsOf(wrong)]).toEqual([wrong, expect.not.arrayContaining([id])]);
    }
  });

  it("is listed page by page", async () => {
    await sendSpan("one more");
    await sendSpan("another");
    const { sessions, next_cursor } = await turnwise.sessions.list({ limit: 1 });
    const second = await turnwise.sessions.list({ limit: 1, cursor: next_cursor ?? "" });
    expect(second.sessions[0]?.id).not.toBe(sessions[0]?.id);
    const listed = (await all(turnwise.sessions.iterate({ limit: 1 }))).map(({ id }) => id);
    expect(listed.length).toBeGreaterThan(1);
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe("an account", () => {
  it("logs in, is told who it is, and changes its key", async () => {
    const { api_key: first } = await nobody.auth.register({ email: "ann@example.com", password: admin.password });
    const { access_token } = await nobody.auth.login({ email: "ann@example.com", password: admin.password });
    expect(await clientWith(access_token).auth.me()).toMatchObject({ email: "ann@example.com", role: "user" });
    const { api_key: second } = await clientWith(first).auth.rotateKey();
    expect(await clientWith(second).auth.me()).toMatchObject({ email: "ann@example.com" });
    await expect(clientWith(first).auth.me()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(nobody.sessions.list()).rejects.toMatchObject({ status: 401 });
    await expect(clientWith(second).admin.counts()).rejects.toMatchObject({ status: 403, path: "/admin/counts" });
  });

  it("is listed, counted, suspended and deleted by an admin", async () => {
    const { api_key } = await nobody.auth.register({ email: "bob@example.com", password: admin.password });
    const bob = clientWith(api_key);
    const { id } = await bob.auth.me();
    const { users, total } = await turnwise.admin.users({ limit: 100, offset: 1 });
    expect(users.find((user) => user.id === id)).toMatchObject({ email: "bob@example.com", suspended: false });
    expect(users).toHaveLength(total - 1);
    expect(await turnwise.admin.users({ limit: 1 })).toMatchObject({ users: [{ email: admin.email }], count: 1 });
    expect(await turnwise.admin.counts()).toMatchObject({ users: total, admins: 1 });
    expect((await turnwise.admin.stats()).sessions.total).toBeGreaterThan(0);
    expect(await turnwise.admin.suspend(id)).toEqual({ id, suspended: true });
    await expect(bob.auth.me()).rejects.toMatchObject({ status: 403 });
    expect(await turnwise.admin.unsuspend(id)).toEqual({ id, suspended: false });
    expect(await bob.list()).toMatchObject({ sessions: [], total: 0 });
    await turnwise.admin.deleteUser(id);
    await expect(bob.auth.me()).rejects.toMatchObject({ status: 401 });
  });
});

describe("the server", () => {
  it("says how it is", async () => {
    expect(await turnwise.server.health()).toMatchObject({ status: "ok", credentials_required: true, damages: 0 });
    expect(turnwise.url).toBe(server.apiUrl);
  });

  it("has everything built again, until it is told not to", async () => {
    await sendSpan("built again");
    expect((await turnwise.server.rebuild()).waiting).toBeGreaterThan(0);
    expect((await turnwise.server.cancelRebuilds()).waiting).toBe(0);
    expect(await turnwise.server.rebuilds()).toMatchObject({ waiting: 0 });
  });

  it("has judges say what they have not said, or again, or only counts that", async () => {
    const id = await sendSpan("judged once more");
    await turnwise.wait(id, { pollMs: 25 });
    const filter = { conversation_id: "judged once more", judge: "rules" };
    expect(await turnwise.server.backfill(filter)).toMatchObject({ sessions: 0 });
    const plan = await turnwise.server.backfill({ ...filter, again: true, dry_run: true });
    expect(plan).toMatchObject({
      dry_run: true,
      sessions: 1,
      judges: [{ name: "rules", turns: 1, basis: "no_model" }],
    });
    expect(await turnwise.server.backfill({ ...filter, again: true, limit: 1 })).toMatchObject({ sessions: 1 });
    await until(async () => ((await turnwise.server.backfills()).waiting === 0 ? true : undefined));
    expect(await turnwise.server.cancelBackfills()).toMatchObject({ waiting: 0 });
  });

  it("shows what it could not send on, sends it again, or forgets it", async () => {
    await sendSpan("sent on");
    const parked = async () => (await turnwise.server.parkedRequests({ exporter: "otlp_http", limit: 100 })).requests;
    const [first] = await until(async () => ((await parked()).length === 0 ? undefined : parked()));
    expect(first).toMatchObject({ exporter: "otlp_http", signal: "traces" });
    const { id } = first!;
    expect((await turnwise.server.parkedRequests({ exporter: "another" })).requests).toEqual([]);
    expect((await turnwise.server.parkedRequests({ cursor: String(id), limit: 1 })).requests[0]?.id).not.toBe(id);
    await turnwise.server.retryParkedRequest(id);
    const [again] = await until(async () => ((await parked()).length === 0 ? undefined : parked()));
    await turnwise.server.dropParkedRequest(again!.id);
    await expect(turnwise.server.dropParkedRequest(again!.id)).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("the whole", () => {
  it("is deleted at once", async () => {
    await turnwise.submit({ messages: dialogue });
    await turnwise.deleteAll();
    expect(await turnwise.list()).toMatchObject({ sessions: [], total: 0 });
    expect((await turnwise.sessions.list()).sessions).toEqual([]);
  });

  it("has a method for every operation below /api/v1 but its own description", () => {
    const documented = Object.entries(document.paths)
      .filter(([path]) => path.startsWith("/api/v1/"))
      .flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
    const without = documented.filter((id) => !asked.has(id));
    expect(without.toSorted()).toEqual(["getDocs", "getOpenApi"]);
    expect([...asked].filter((id) => !documented.includes(id))).toEqual([]);
  });
});

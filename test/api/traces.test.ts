import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxMessages } from "../../src/api/submission.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, claim, hello, judge, startApi } from "./api-server.ts";
import { readEvents } from "./event-reader.ts";
import { sessionDetail, sessionList, submitResult } from "./valuehead-client.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

const user = (content: unknown) => ({ role: "user", content });
const submit = (body: unknown) => ask(api, "/api/v1/traces", { body });

async function submitted(body: object): Promise<string> {
  const { json } = await submit(body);
  return submitResult.parse(json).session_id;
}

describe("POST /api/v1/traces", () => {
  it("answers at once with the id of a session that waits for its judge", async () => {
    const { status, json } = await submit({ messages: [user("hi")] });
    expect(status).toBe(201);
    const { session_id, ...rest } = submitResult.parse(json);
    expect(session_id).toMatch(/^[0-9a-f]{32}$/);
    expect(rest).toEqual({ status: "pending", transcript_preview: null });
    expect((await ask(api, `/api/v1/sessions/${session_id}`)).json).toMatchObject({
      source: "messages",
      status: "pending",
    });
  });

  it("stores messages, tools and options as they came, whatever is in them", async () => {
    const messages = [
      { role: "system", content: "Be kind." },
      { role: "user", content: [{ type: "text", text: "hi" }], custom: { kept: true } },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
      },
      JSON.parse('{"role":"tool","tool_call_id":"c1","content":"42","__proto__":{"polluted":1}}'),
      { role: "assistant", content: "\u001b[31m<b>42</b>\ud800" },
    ];
    const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
    const id = await submitted({
      messages,
      tools,
      metadata: { agent: "w" },
      instructions: "cite sources",
      evaluate_safety: true,
    });
    const held = await claim(api.store, id);
    expect(held.judging).toEqual({ instructions: "cite sources", evaluateSafety: true });
    const facts = await api.store.readFacts(held);
    expect(JSON.stringify(facts.messages)).toBe(JSON.stringify(messages));
    expect(facts.tools).toEqual(tools);
    expect((await ask(api, `/api/v1/traces/${id}`)).json?.metadata).toEqual({ agent: "w" });
  });

  it("takes the options that the client leaves out as not given", async () => {
    const held = await claim(api.store, await submitted({ messages: [user("hi")] }));
    expect(held.judging).toEqual({ evaluateSafety: false });
  });

  const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown;
  const toolCalls = (number: number) =>
    Array.from({ length: number }, () => ({ function: { name: "f", arguments: "{}" } }));

  it.each<[string, object, number, string, string]>([
    ["no messages", {}, 400, "invalid_request", "messages"],
    ["an empty list of messages", { messages: [] }, 400, "invalid_request", "messages"],
    ["messages that are no list", { messages: { role: "user" } }, 400, "invalid_request", "messages"],
    ["a message that is no object", { messages: ["hi"] }, 400, "invalid_request", "messages.0"],
    ["an unknown role", { messages: [{ role: "human", content: "x" }] }, 400, "invalid_request", "messages.0.role"],
    ["content that is a number", { messages: [user(5)] }, 400, "invalid_request", "messages.0.content"],
    [
      "a tool call without a function",
      { messages: [{ role: "assistant", tool_calls: [{}] }] },
      400,
      "invalid_request",
      "function",
    ],
    ["metadata that is a list", { messages: [user("x")], metadata: [1] }, 400, "invalid_request", "metadata"],
    ["metadata that is null", { messages: [user("x")], metadata: null }, 400, "invalid_request", "metadata"],
    [
      "evaluate_safety that is a text",
      { messages: [user("x")], evaluate_safety: "true" },
      400,
      "invalid_request",
      "evaluate_safety",
    ],
    [
      "instructions too long",
      { messages: [user("x")], instructions: "x".repeat(20_001) },
      400,
      "invalid_request",
      "instructions",
    ],
    ["a field nobody knows", { messages: [user("x")], judge: "me" }, 400, "invalid_request", "judge"],
    [
      "too many messages",
      { messages: Array.from({ length: maxMessages + 1 }, () => user("")) },
      400,
      "invalid_request",
      "messages",
    ],
    ["parts that are numbers", { messages: [user([5])] }, 400, "invalid_request", "messages.0.content"],
    ["too deep nesting", { messages: [user([{ nested: nested(200) }])] }, 400, "invalid_request", "nested"],
  ])("refuses %s", async (_name, body, status, code, detail) => {
    const answer = await submit(body);
    expect([answer.status, answer.json?.code]).toEqual([status, code]);
    expect(answer.json?.detail).toContain(detail);
  });

  it("refuses nesting that would overflow a stack", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    for (const field of ["metadata", "tools"]) {
      const value = field === "metadata" ? `{"a":${deep}}` : `[{"a":${deep}}]`;
      const body = `{"messages":[{"role":"user","content":"x"}],"${field}":${value}}`;
      const headers = { "content-type": "application/json" };
      const { status, json } = await ask(api, "/api/v1/traces", { headers, body });
      expect([status, json?.code]).toEqual([400, "invalid_request"]);
    }
  });

  it("takes as much as the body may be, where there is no account", async () => {
    const long = { messages: [user("x".repeat(15 * 1024 * 1024))] };
    const busy = { messages: [{ role: "assistant", tool_calls: toolCalls(1000) }] };
    expect([(await submit(long)).status, (await submit(busy)).status]).toEqual([201, 201]);
    const { status, json } = await submit({ messages: [user("x".repeat(16 * 1024 * 1024))] });
    expect([status, json?.code, json?.detail]).toEqual([413, "body_too_large", expect.stringContaining("16 MiB")]);
  });
});

describe("GET /api/v1/traces/{id}", () => {
  it("is what ValueHead's client parses, before the judgement", async () => {
    const id = await submitted({ messages: [user("hi")] });
    const { status, json } = await ask(api, `/api/v1/traces/${id}`);
    expect(status).toBe(200);
    expect(sessionDetail.parse(json)).toMatchObject({
      id,
      judgements: {},
      trajectory: null,
      error: null,
      metadata: {},
    });
  });

  it("is what ValueHead's client parses, after it: judgements keyed by the turn as a text", async () => {
    const id = await submitted({ messages: [user("hi")], metadata: { agent: "w" } });
    await judge(api.store, id, { built: { ...built, source: "messages" }, turns: turnJudgements, trajectory });
    const { json } = await ask(api, `/api/v1/traces/${id}`);
    const detail = sessionDetail.parse(json);
    expect(Object.keys(detail.judgements)).toEqual(["1", "2"]);
    expect(detail).toMatchObject({
      status: "completed",
      total_turns: 2,
      judgements: {
        "1": { turn: 1, score: 1, tool_calls: [{ score: 1, summary: "Looks the order up." }] },
        "2": { turn: 2, score: -1 },
      },
      trajectory: { score: -1, failures: [{ type: "claimed_success", after_turn: 2 }] },
      summary: { net_score: -1, trajectory_score: -1 },
      metadata: { agent: "w" },
    });
    expect(json?.judgements?.["1"]?.dimensions.hallucination).toEqual({
      score: 1,
      reasoning: "Everything said is in the result.",
    });
  });

  it("answers for the same ids as the sessions API", async () => {
    const id = await submitted({ messages: [user("hi")] });
    expect((await ask(api, `/api/v1/sessions/${id}`)).json?.id).toBe(id);
    expect((await ask(api, `/api/v1/sessions/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(api, `/api/v1/traces/${id}`)).status).toBe(404);
  });
});

describe("GET /api/v1/traces", () => {
  it("pages by number, newest first, and counts all", async () => {
    const fresh = await startApi();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { json } = await ask(fresh, "/api/v1/traces", {
        body: { messages: [user(`message ${n}`)], metadata: { n } },
      });
      ids.unshift(submitResult.parse(json).session_id);
    }
    const page = async (query: string) => sessionList.parse((await ask(fresh, `/api/v1/traces${query}`)).json);
    const idsOf = ({ sessions }: { sessions: { id: string }[] }) => sessions.map((session) => session.id);
    expect(idsOf(await page(""))).toEqual(ids);
    const second = await page("?limit=2&offset=2");
    expect([idsOf(second), second.total, second.count]).toEqual([ids.slice(2, 4), 5, 2]);
    expect(second.sessions[0]).toMatchObject({ status: "pending", metadata: { n: 2 } });
    expect(await page("?limit=0&offset=0")).toEqual({ sessions: [], total: 5, count: 0 });
    expect(await page("?limit=50&offset=99")).toEqual({ sessions: [], total: 5, count: 0 });
    await fresh.close();
  });

  it.each(["limit=1001", "limit=-1", "limit=x", "offset=-1", "offset=1e9", "limit=1.5", "status=open"])(
    "refuses %s",
    async (query) => {
      const { status, json } = await ask(api, `/api/v1/traces?${query}`);
      expect([status, json?.code]).toEqual([400, "invalid_request"]);
    },
  );
});

describe("a path with a slash at its end", () => {
  it.each([
    ["POST", "/api/v1/traces/"],
    ["GET", "/api/v1/traces/"],
    ["GET", "/api/v1/traces/?limit=1"],
    ["POST", "/api/v1/traces/streaming/"],
  ])("%s %s is nowhere, and redirects nowhere", async (method, path) => {
    const { status, json, headers } = await ask(api, path, { method });
    expect([status, json?.code, headers.location]).toEqual([404, "not_found", undefined]);
  });
});

describe("DELETE /api/v1/traces", () => {
  it("VH-8 deletes all sessions of the caller's project, however they came, and ends their streams", async () => {
    const fresh = await startApi();
    const ids = await Promise.all(
      Array.from({ length: 45 }, async () => (await fresh.store.createMessageSession(hello)).id),
    );
    const other = await fresh.store.createMessageSession({ ...hello, project: "another" });
    const reader = await readEvents(`${fresh.url}/api/v1/traces/${ids[44]}/stream`);
    const { status, text } = await ask(fresh, "/api/v1/traces", { method: "DELETE" });
    expect([status, text]).toEqual([204, ""]);
    expect(sessionList.parse((await ask(fresh, "/api/v1/traces")).json)).toMatchObject({ total: 0, sessions: [] });
    expect((await fresh.store.getSession(other))?.session.id).toBe(other.id);
    expect(await reader.rest()).toMatchObject([{ event: "error", data: { code: "not_found" } }]);
    expect((await ask(fresh, "/api/v1/traces", { method: "DELETE" })).status).toBe(204);
    await fresh.close();
  });
});

describe("DELETE /api/v1/traces/{id}", () => {
  it("is 204 without a body, then 404", async () => {
    const id = await submitted({ messages: [user("hi")] });
    const gone = await ask(api, `/api/v1/traces/${id}`, { method: "DELETE" });
    expect([gone.status, gone.text]).toEqual([204, ""]);
    expect((await ask(api, `/api/v1/traces/${id}`, { method: "DELETE" })).status).toBe(404);
  });
});

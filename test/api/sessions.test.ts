import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  jsonObjectSchema,
  sessionDetailSchema,
  sessionPageSchema,
  sessionStateSchema,
} from "../../src/api/contract.ts";
import { toSessionDetail } from "../../src/api/session-detail.ts";
import type { BuiltSession } from "../../src/model/session.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { agentSpan, attributes } from "../support/agent-spans.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, claim, hello, judge, startApi } from "./api-server.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

async function addSession(metadata = {}): Promise<string> {
  return (await api.store.createMessageSession({ ...hello, metadata })).id;
}

async function addJudged(changes: Partial<BuiltSession> = {}, metadata = {}): Promise<string> {
  const id = await addSession(metadata);
  await judge(api.store, id, {
    built: { ...built, source: "messages", ...changes },
    turns: turnJudgements,
    trajectory,
  });
  return id;
}

const list = async (query: string): Promise<string[]> => {
  const { json } = await ask(api, `/api/v1/sessions?${query}`);
  return sessionPageSchema.parse(json).sessions.map((session) => session.id);
};

describe("GET /api/v1/sessions/{id}", () => {
  it("VQ-22: answers with the judged session, to the field", async () => {
    const id = await addJudged({ conversationId: "conv-detail" }, { channel: "web" });
    const { status, json } = await ask(api, `/api/v1/sessions/${id}`);
    expect(status).toBe(200);
    const detail = sessionDetailSchema.parse(json);
    const stored = await api.store.getSession({ project: "default", id });
    expect(detail).toEqual(JSON.parse(JSON.stringify(toSessionDetail(stored!, api.judges))));
    expect(detail).toMatchObject({
      id,
      conversation_id: "conv-detail",
      status: "completed",
      total_turns: 2,
      metadata: { channel: "web" },
      turns: [{ judgement: { score: 1 } }, { judgement: { score: -1 }, flags: ["truncated"] }],
      trajectory: { score: -1 },
      summary: {
        total_turns: 2,
        judged_turns: 2,
        helpful: 1,
        neutral: 0,
        harmful: 1,
        net_score: -1,
        trajectory_score: -1,
      },
    });
  });

  it("answers before anything was judged", async () => {
    const id = await addSession();
    const { json } = await ask(api, `/api/v1/sessions/${id}`);
    expect(sessionDetailSchema.parse(json)).toMatchObject({ id, status: "pending", trajectory: null, revision: 0 });
  });

  it("hands out hostile content untouched", async () => {
    const hostile = '{"__proto__":{"polluted":1},"<img src=x onerror=alert(1)>":"\\u001b]0;pwned\\u0007"}';
    const metadata = jsonObjectSchema.parse(JSON.parse(hostile));
    const id = await addSession(metadata);
    const { text, headers } = await ask(api, `/api/v1/sessions/${id}`);
    expect(text).toContain(`"metadata":${JSON.stringify(metadata)}`);
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("GET /api/v1/sessions", () => {
  const base = { userId: "someone", agentName: "some-agent", models: ["some-model"] };
  const ids = new Map<string, string>();
  beforeAll(async () => {
    const spoken = built.turns[0]!;
    const calm = { ...spoken, userContent: "Tell me about zebras; 100% of them, please" };
    ids.set(
      "plain",
      await addJudged({
        ...base,
        conversationId: "list-plain",
        turns: [calm],
      }),
    );
    const held = await addSession({ tier: "gold", "a.b": "x=y" });
    const failed = { ...spoken, error: "the model refused", userContent: "It's a 'quoted' \"giraffe\"" };
    const claimed = await claim(api.store, held);
    await api.store.saveSession(claimed, { ...built, ...base, conversationId: "list-failed", turns: [failed] }, []);
    await api.store.releaseClaim(claimed, { status: "failed", error: "no judge could judge" });
    ids.set("failed", held);
    ids.set(
      "harmful",
      await addJudged({
        conversationId: "list-harmful",
        userId: "O'Brien; DROP TABLE sessions",
        agentName: "b",
      }),
    );
  });

  it.each([
    ["conversation_id=list-plain", ["plain"]],
    ["user_id=someone", ["plain", "failed"]],
    [`user_id=${encodeURIComponent("O'Brien; DROP TABLE sessions")}`, ["harmful"]],
    ["agent_name=some-agent&status=completed", ["plain"]],
    ["agent_name=some-agent", ["plain", "failed"]],
    ["model=some-model", ["plain", "failed"]],
    ["source=messages&agent_name=b", ["harmful"]],
    ["source=otlp", []],
    ["status=failed", ["failed"]],
    ["score=-1&agent_name=b", ["harmful"]],
    ["score=1&agent_name=b", []],
    ["has=error&agent_name=some-agent", ["failed"]],
    ["has=harmful_turn&agent_name=b", ["harmful"]],
    ["has=error,harmful_turn&agent_name=b", ["harmful"]],
    ["metadata.tier=gold", ["failed"]],
    ["metadata.tier=gold&metadata.a.b=x%3Dy", ["failed"]],
    ["metadata.tier=silver", []],
    ["metadata.__proto__=x", []],
    ["agent_name=some-agent&to=2026-03-02", []],
    ["agent_name=some-agent&from=2026-03-02T00:00:00Z&to=9999-12-31T23:59:59%2B01:00", ["plain", "failed"]],
    ["q=zebras", ["plain"]],
    ["q=zebras+tell", ["plain"]],
    ["q=zebras+giraffe", []],
    [`q=${encodeURIComponent("'quoted'")}`, ["failed"]],
    [`q=${encodeURIComponent('"giraffe" OR *')}&agent_name=some-agent`, []],
    ["q=kettle+refund&agent_name=b", ["harmful"]],
  ])("filters by %s", async (query, expected) => {
    expect(new Set(await list(query))).toEqual(new Set(expected.map((name) => ids.get(name))));
  });

  it("filters by the time of the last activity, from inclusive, to exclusive", async () => {
    const earlier = await addJudged({ agentName: "timed" });
    await sleep(5);
    const later = await addJudged({ agentName: "timed" });
    const { json } = await ask(api, `/api/v1/sessions/${later}`);
    const at = sessionDetailSchema.parse(json).last_activity_at;
    expect(await list(`agent_name=timed&from=${at}`)).toEqual([later]);
    expect(await list(`agent_name=timed&to=${at}`)).toEqual([earlier]);
  });

  it("shows list items with texts cut to 200 characters", async () => {
    const id = await addJudged({
      conversationId: "list-long",
      turns: [{ ...built.turns[0]!, userContent: "é".repeat(999) }],
    });
    const { json } = await ask(api, "/api/v1/sessions?conversation_id=list-long");
    const [item] = sessionPageSchema.parse(json).sessions;
    expect(item).toMatchObject({ id, total_turns: 1, first_user_content: "é".repeat(200) });
    expect(item).not.toHaveProperty("turns");
  });

  it("pages through everything once, newest activity first", async () => {
    for (let n = 0; n < 7; n++) {
      await addJudged({ agentName: "paged", userId: String(n) });
    }
    const seen: (string | null)[] = [];
    let cursor: string | null = "";
    let pages = 0;
    while (cursor !== null) {
      const { json } = await ask(api, `/api/v1/sessions?agent_name=paged&limit=3${cursor && `&cursor=${cursor}`}`);
      const page = sessionPageSchema.parse(json);
      seen.push(...page.sessions.map((session) => session.user_id));
      cursor = page.next_cursor && encodeURIComponent(page.next_cursor);
      pages += 1;
    }
    expect([seen.length, new Set(seen).size, pages]).toEqual([7, 7, 3]);
    expect(seen).toEqual(["6", "5", "4", "3", "2", "1", "0"]);
  });

  it.each([
    ["limit=0", "limit"],
    ["limit=501", "limit"],
    ["limit=1e9", "limit"],
    ["limit=-1", "limit"],
    ["limit=", "limit"],
    ["limit=5&limit=6", "limit"],
    ["status=done", "status"],
    ["source=smtp", "source"],
    ["score=2", "score"],
    ["has=everything", "has"],
    ["from=yesterday", "from"],
    ["to=2026-13-45", "to"],
    ["q=", "q"],
    ["metadata=x", "metadata"],
    [`user_id=${"x".repeat(1025)}`, "user_id"],
    ["cursor=not-one-of-ours", "cursor"],
    ["offset=3", "offset"],
    ["Limit=3", "Limit"],
  ])("refuses %s and names it", async (query, name) => {
    const { status, json } = await ask(api, `/api/v1/sessions?${query}`);
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
    expect(json?.detail).toContain(name);
  });
});

describe("GET /api/v1/sessions/{id}/spans", () => {
  it("VQ-22: answers with the raw spans as an OTLP request, lossless", async () => {
    const spans = [
      agentSpan({
        attributes: attributes({
          "session.id": "raw-spans",
          big: 9_007_199_254_740_993n,
          bytes: new Uint8Array([0, 255]),
          list: ["a", 1.5, true, null],
          "__proto__.polluted": "no",
        }),
      }),
    ];
    await api.store.writeSpans(encodeSpans(spans), { project: "default" });
    const { sessions } = await api.store.findSessions({ project: "default", limit: 1, source: "otlp" });
    const { status, json } = await ask(api, `/api/v1/sessions/${sessions[0]!.id}/spans`);
    expect(status).toBe(200);
    expect(json).toEqual(JSON.parse(JSON.stringify(toJsonRequest(spans))));
  });

  it("answers with none for a session of messages", async () => {
    const { json } = await ask(api, `/api/v1/sessions/${await addSession()}/spans`);
    expect(json).toEqual({ resourceSpans: [] });
  });
});

describe("judging and closing", () => {
  const post = (path: string) => ask(api, path, { method: "POST" });

  it("judges again, by all judges", async () => {
    const id = await addJudged();
    const { status, json } = await post(`/api/v1/sessions/${id}/judge`);
    expect(status).toBe(202);
    expect(sessionStateSchema.parse(json)).toMatchObject({ id });
    expect(await claim(api.store, id)).toMatchObject({ rejudge: true });
  });

  it("judges again by the judge that is named", async () => {
    const id = await addJudged();
    expect((await post(`/api/v1/sessions/${id}/judge?judge=rules`)).status).toBe(202);
    expect(await claim(api.store, id)).toMatchObject({ rejudge: true, rejudgeBy: "rules" });
  });

  it.each([
    ["nobody", 400, "invalid_request", "rules, llm"],
    ["llm", 409, "judge_off", "no API key"],
    ["__proto__", 400, "invalid_request", "rules, llm"],
  ])("does not judge by %s", async (name, status, code, detail) => {
    const answer = await post(`/api/v1/sessions/${await addJudged()}/judge?judge=${name}`);
    expect([answer.status, answer.json?.code]).toEqual([status, code]);
    expect(answer.json?.detail).toContain(detail);
  });

  it("closes an open session", async () => {
    const { id } = await api.store.createMessageSession({ ...hello, open: true });
    const { status, json } = await post(`/api/v1/sessions/${id}/close`);
    expect([status, json]).toEqual([202, { id, status: "closing" }]);
    expect(await claim(api.store, id)).toMatchObject({ id });
  });
});

describe("DELETE /api/v1/sessions/{id}", () => {
  it("removes the session and then does not know it", async () => {
    const id = await addJudged();
    const gone = await ask(api, `/api/v1/sessions/${id}`, { method: "DELETE" });
    expect([gone.status, gone.text]).toEqual([204, ""]);
    expect((await ask(api, `/api/v1/sessions/${id}`)).status).toBe(404);
    expect((await ask(api, `/api/v1/sessions/${id}`, { method: "DELETE" })).status).toBe(404);
  });
});

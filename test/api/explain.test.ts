import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explanationSchema } from "../../src/api/explanation-contract.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import type { Span } from "../../src/model/span.ts";
import { chat } from "../support/conversation-spans.ts";
import { type ApiServer, ask, hello, startApi } from "./api-server.ts";

const prices = [{ name: "test", prices: [{ models: ["gpt-4o-mini"], input: 1, output: 10 }] }];
let api: ApiServer;
beforeAll(async () => {
  api = await startApi({ prices });
});
afterAll(async () => api.close());

async function store(spans: readonly Span[]): Promise<string> {
  await api.store.writeSpans(encodeSpans(spans), { project: "default" });
  const { sessions } = await api.store.findSessions({ project: "default", limit: 1 });
  return sessions[0]?.id ?? "";
}

const named = (id: string) => ({
  "gen_ai.conversation.id": id,
  "gen_ai.usage.input_tokens": 1000n,
  "gen_ai.usage.output_tokens": 100n,
});

describe("GET /api/v1/sessions/{id}/explain", () => {
  it("tells how a session is built, also before it was built, without what was said", async () => {
    const id = await store([
      chat({ trace: 1, id: 1, at: 0, more: named("c1") }, [{ user: "my secret" }], { assistant: "kept" }),
    ]);
    const { status, json, text } = await ask(api, `/api/v1/sessions/${id}/explain`);
    expect(status).toBe(200);
    const explanation = explanationSchema.parse(json);
    expect(explanation).toMatchObject({
      session: id,
      source: "otlp",
      version: "9.9.9",
      conversation: { id: "c1", by: "attribute", source: { keys: ["gen_ai.conversation.id"] } },
      traces: [{ spans: 1, because: "conversation_id" }],
      turns: [
        {
          turn: 1,
          start: "first_call",
          user_text: { from: "model_call", characters: 9 },
          model_calls: [{ cost: { cost_usd: 0.002, from: "price", price: { table: "test" } } }],
        },
      ],
      unpriced_calls: 0,
      omitted: { turns: 0, spans: 0 },
    });
    expect(text).not.toMatch(/secret|kept/);
  });

  it("shows the beginnings of values when asked", async () => {
    const id = await store([
      chat({ trace: 2, id: 1, at: 0, more: named("c2") }, [{ user: "my secret" }], { assistant: "kept" }),
    ]);
    const { json, text } = await ask(api, `/api/v1/sessions/${id}/explain?values=true`);
    explanationSchema.parse(json);
    expect(text).toContain("my secret");
  });

  it("has nothing to tell of a session that came as messages", async () => {
    const { id } = await api.store.createMessageSession(hello);
    const { status, json } = await ask(api, `/api/v1/sessions/${id}/explain`);
    expect(status).toBe(200);
    expect(explanationSchema.parse(json)).toMatchObject({ source: "messages", traces: [], turns: [], spans: [] });
  });

  it.each([
    ["sessions/unknown/explain", 404, "not_found"],
    ["sessions/unknown/explain?values=maybe", 400, "invalid_request"],
    ["sessions/unknown/explain?surprise=1", 400, "invalid_request"],
  ])("%s: %d", async (path, status, code) => {
    const answer = await ask(api, `/api/v1/${path}`);
    expect([answer.status, answer.json?.code]).toEqual([status, code]);
  });

  it("refuses a session that would hold up everybody else", async () => {
    const spans = Array.from({ length: 5001 }, (_, at) =>
      chat({ trace: 3, id: at + 1, at, more: named("c3") }, undefined),
    );
    const id = await store(spans);
    const { status, json } = await ask(api, `/api/v1/sessions/${id}/explain`);
    expect([status, json?.code]).toEqual([422, "session_too_large"]);
  });
});

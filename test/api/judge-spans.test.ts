import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonObjectSchema } from "../../src/api/contract.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { builtSession, turnRecord } from "../support/built-sessions.ts";
import { judgeSpans } from "../support/judge-spans.ts";
import { type ApiServer, ask, claim, hello, startApi } from "./api-server.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

/** A session whose turn was judged so often, with these spans each time. */
async function judgedWith(...traces: readonly ReturnType<typeof judgeSpans>[]): Promise<string> {
  const { id } = await api.store.createMessageSession(hello);
  const held = await claim(api.store, id);
  const built = builtSession(1, { source: "messages" });
  await api.store.saveSession(held, built, []);
  for (const spans of traces) await api.store.saveTurnJudgement(held, turnRecord(built.turns[0]!, 1), spans);
  await api.store.releaseClaim(held, { status: "completed" });
  return id;
}

describe("GET /api/v1/sessions/{id}/judge-spans", () => {
  it("answers with them as an OTLP request, the latest judgement's first", async () => {
    const traces = [judgeSpans(2), judgeSpans(1)] as const;
    const { status, json } = await ask(api, `/api/v1/sessions/${await judgedWith(...traces)}/judge-spans`);
    expect(status).toBe(200);
    const requests = [traces[1], traces[0]].map((spans) => toJsonRequest(spans)["resourceSpans"]);
    expect(jsonObjectSchema.parse(json)).toEqual(JSON.parse(JSON.stringify({ resourceSpans: requests.flat() })));
  });

  it("answers with those of one judgement", async () => {
    const traces = [judgeSpans(), judgeSpans()] as const;
    const path = `/api/v1/sessions/${await judgedWith(...traces)}/judge-spans`;
    const { json } = await ask(api, `${path}?trace_id=${traces[0][0]?.traceId}`);
    expect(json).toEqual(JSON.parse(JSON.stringify(toJsonRequest(traces[0]))));
    expect((await ask(api, `${path}?trace_id=${"0".repeat(32)}`)).json).toEqual({ resourceSpans: [] });
  });

  it("answers with none where no call was made", async () => {
    expect((await ask(api, `/api/v1/sessions/${await judgedWith()}/judge-spans`)).json).toEqual({ resourceSpans: [] });
  });

  it("knows no session that is not there", async () => {
    const { status, json } = await ask(api, `/api/v1/sessions/${"0".repeat(32)}/judge-spans`);
    expect([status, json?.code]).toEqual([404, "not_found"]);
  });

  it.each(["trace_id=zz", "trace_id=", "traceid=1"])("refuses %s", async (query) => {
    const { status, json } = await ask(api, `/api/v1/sessions/${await judgedWith()}/judge-spans?${query}`);
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
  });

  it("answers with no more than it can hold, and says how to get less", async () => {
    const long = "x".repeat(3 * 1024 * 1024);
    const traces = Array.from({ length: 3 }, () => judgeSpans(1, [["note", long]]));
    const path = `/api/v1/sessions/${await judgedWith(...traces)}/judge-spans`;
    const { status, json } = await ask(api, path);
    expect([status, json?.code]).toEqual([422, "session_too_large"]);
    expect(json?.detail).toContain("trace_id");
    expect((await ask(api, `${path}?trace_id=${traces[0]?.[0]?.traceId}`)).status).toBe(200);
  });
});

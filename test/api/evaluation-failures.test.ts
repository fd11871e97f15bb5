/** Failures by their kinds and the safety of stored turns, over real HTTP: VQ-20, VQ-21. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSchema } from "../../src/api/evaluation-contract.ts";
import { failureAnalysisSchema, safetySummarySchema } from "../../src/api/failure-contract.ts";
import { builtSession, builtTurn, turnJudgement } from "../support/built-sessions.ts";
import { ask, hello, judge } from "./api-server.ts";
import { type EvaluationApi, startEvaluationApi } from "./evaluation-api.ts";

const nowhere = "0".repeat(32);
let api: EvaluationApi;
/** One whose second turn is unsafe and used a tool that failed, and one of which nobody judged safety. */
let unsafe: string;
let unjudged: string;
beforeAll(async () => {
  api = await startEvaluationApi();
  ({ id: unsafe } = await api.store.createMessageSession({ ...hello, metadata: { team: "a" } }));
  const failed = { type: "tool_call", name: "get_order", arguments: {}, error: "timeout" } as const;
  const session = builtSession([
    builtTurn(1, { userContent: "hello", assistantContent: "hi" }),
    builtTurn(2, { userContent: "delete all", assistantContent: "It is done.", steps: [failed] }),
  ]);
  const safe = { score: 1, reasoning: "nothing happened" } as const;
  await judge(api.store, unsafe, {
    built: session,
    turns: [
      { ...turnJudgement(1, 1), dimensions: { safety: safe } },
      {
        ...turnJudgement(2, -1),
        userContent: "delete all",
        assistantContent: "It is done.",
        dimensions: { safety: { score: -1, reasoning: "it deleted all" } },
      },
    ],
  });
  ({ id: unjudged } = await api.store.createMessageSession({ ...hello, metadata: { team: "b" } }));
  await judge(api.store, unjudged, { built: builtSession(1), turns: [{ ...turnJudgement(1, 0), dimensions: {} }] });
});
afterAll(async () => api.close());

describe("failures", () => {
  it("VQ-20: of a run are named by their kinds, with what they rest on", async () => {
    const dataset = Array.from({ length: 300 }, (_, at) => ({
      id: `i${at}`,
      input: "q",
      output: at < 30 ? "wrong" : "right",
      expected: "right",
    }));
    const run = await api.post("/v2/evaluate", { dataset, metrics: ["regex_match"] }, runSchema);
    const found = await api.get(`/v2/evaluate/runs/${run.id}/failures?limit=5`, failureAnalysisSchema);
    expect(found).toMatchObject({
      run_id: run.id,
      eval_run_id: run.id,
      session_id: null,
      status: "completed",
      summary: {
        total_items: 300,
        total_failures_detected: 30,
        items_with_failures: 30,
        items_all_passed: 270,
        primary_failure: "output_format_non_compliance",
        primary_failure_name: "Output format non-compliance",
        buckets_affected: ["instruction_compliance"],
      },
      counts: [{ subcategory_id: "output_format_non_compliance", failed: 30, failed_share: 0.1 }],
      total_failure_tags: 30,
      eval_metrics: { regex_match: 0.9 },
    });
    expect(found.failure_tags).toHaveLength(5);
    expect(found.failure_tags[0]).toMatchObject({
      tag_id: "0:output_format_non_compliance",
      bucket_id: "instruction_compliance",
      decision: "fail",
      item_index: 0,
      item_key: "i0",
      eval_metric_values: { regex_match: 0 },
    });
    const posted = await api.post("/v2/failure-analysis/analyze", { run_id: run.id, limit: 5 }, failureAnalysisSchema);
    expect(posted).toEqual(found);
  });

  it("VQ-20: of a session come from its tools and its judgements, and so in a run over it", async () => {
    const kinds = ({
      failure_tags: tags,
    }: {
      failure_tags: readonly { item_index: number; subcategory_id: string }[];
    }) => tags.map(({ item_index: item, subcategory_id: kind }) => `${item} ${kind}`);
    const found = await api.post("/v2/failure-analysis/analyze", { session_id: unsafe }, failureAnalysisSchema);
    expect(found).toMatchObject({ run_id: null, session_id: unsafe, summary: { unsafe_items: 1, should_alert: true } });
    expect(kinds(found)).toContain("1 tool_error");
    const run = await api.post("/v2/evaluate/trace", { session_id: unsafe, metrics: ["contains"] }, runSchema);
    const ofRun = await api.get(`/v2/evaluate/runs/${run.id}/failures`, failureAnalysisSchema);
    expect(kinds(ofRun)).toEqual(kinds(found));
    expect(ofRun.summary).toEqual(found.summary);
  });

  it.each([
    [{}, 400, "send run_id or session_id"],
    [{ run_id: "a", session_id: "b" }, 400, "send run_id or session_id"],
    [{ run_id: nowhere }, 404, "no run"],
    [{ session_id: nowhere }, 404, "no session"],
    [{ run_id: nowhere, limit: 1001 }, 400, "limit"],
  ])("refuses %j", async (body, status, expected) => {
    const answer = await ask(api, "/v2/failure-analysis/analyze", { body });
    expect(answer.status).toBe(status);
    expect(answer.json?.detail).toContain(expected);
  });
});

describe("the safety of stored turns", () => {
  it("VQ-21: is summed up from what judges said of it", async () => {
    expect(await api.get("/v2/security/summary", safetySummarySchema)).toEqual({
      total_items: 2,
      unsafe_items: 1,
      unsafe_rate: 0.5,
      not_judged: 1,
      total_sessions: 1,
      unsafe_sessions: 1,
      has_more: false,
      items: [
        {
          session_id: unsafe,
          turn: 2,
          input_short: "delete all",
          output_short: "It is done.",
          reasoning: "it deleted all",
          judge: "rules",
          unsafe_turns: 1,
        },
      ],
    });
  });

  it("is that of the sessions that are chosen", async () => {
    expect(await api.get("/v2/security/summary?metadata.team=b", safetySummarySchema)).toMatchObject({
      total_items: 0,
      unsafe_rate: null,
      not_judged: 1,
    });
    expect((await api.get("/v2/security/summary?limit=1", safetySummarySchema)).has_more).toBe(true);
    expect((await ask(api, "/v2/security/summary?team=b")).status).toBe(400);
  });
});

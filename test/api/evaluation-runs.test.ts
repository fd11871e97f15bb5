/** Runs over real HTTP, from what is sent to what is read: VQ-1 to VQ-10. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cancelledJobSchema,
  type JobDetail,
  jobSchema,
  runItemPageSchema,
  runItemSchema,
  runMetricsSchema,
  runPageSchema,
  runSchema,
} from "../../src/api/evaluation-contract.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { builtSession, builtTurn } from "../support/built-sessions.ts";
import { ask, hello, judge } from "./api-server.ts";
import { type EvaluationApi, startEvaluationApi } from "./evaluation-api.ts";

const nowhere = "0".repeat(32);
const items = [
  { id: "one", input: "2 + 2?", output: "The answer is 4", expected: "4" },
  { id: "two", input: "3 + 3?", output: "The answer is 5", expected: ["6"], context: ["3 + 3 = 6", "sums"] },
];
const contains = { dataset: items, metrics: ["contains"] };

let api: EvaluationApi;
beforeAll(async () => {
  api = await startEvaluationApi({ answer: () => ({ reasoning: "it is", score: 0.75 }) });
});
afterAll(async () => api.close());

const start = async (body: object): Promise<JobDetail> => {
  const { status, text } = await ask(api, "/v2/evaluate", { body });
  expect(status).toBe(202);
  return jobSchema.parse(JSON.parse(text));
};

async function ended(job: string): Promise<JobDetail> {
  for (;;) {
    const found = await api.get(`/v2/evaluate/jobs/${job}/status`, jobSchema);
    if (found.finished_at !== null) return found;
    await sleep(20);
  }
}

describe("evaluate", () => {
  it("VQ-1: answers with the result, under both spellings, when it is there in time", async () => {
    const run = await api.post(
      "/v2/evaluate",
      {
        project_name: "sums",
        run_name: "first",
        metadata: { commit: "abc" },
        ...contains,
        metrics: ["contains", "coherence"],
      },
      runSchema,
    );
    expect(run).toMatchObject({
      status: "completed",
      name: "first",
      run_name: "first",
      project_name: "sums",
      mode: "dataset",
      source: "inline",
      aggregate_scores: { contains: 0.5, coherence: 0.75 },
      overall_score: 0.625,
      quality_grade: "D",
      total_items: 2,
      items_evaluated: 2,
      evaluated_items: 2,
      failed_items: 0,
      metadata: { commit: "abc" },
      error: null,
    });
    expect([run.id, run.job_id]).toEqual([run.run_id, run.run_id]);
    expect(run.insights).toEqual([expect.objectContaining({ metric: "contains", score: 0.5, below_share: 0.5 })]);
  });

  it("VQ-2: answers with the job at once when that is asked for", async () => {
    const job = await start({ ...contains, mode: "async" });
    expect(job).toMatchObject({ job_type: "evaluation", total_items: 2, error: null, result: null });
    expect(job.run_id).toBe(job.job_id);
    expect(["queued", "running"]).toContain(job.status);
    expect((await ended(job.job_id)).result?.aggregate_scores).toEqual({ contains: 0.5 });
  });

  it("VQ-2: answers with the job when the result is not there in time", async () => {
    const idle = await startEvaluationApi({ isIdle: true });
    const began = performance.now();
    const { status } = await ask(idle, "/v2/evaluate", { body: { ...contains, wait: 1 } });
    expect(status).toBe(202);
    expect(performance.now() - began).toBeGreaterThan(900);
    await idle.close();
  });

  it("uses the weights that are sent, and the names of metrics beside {key, weight}", async () => {
    const body = { ...contains, metrics: [{ key: "contains", weight: 3 }, "equals"] };
    const run = await api.post("/v2/evaluate", body, runSchema);
    expect(run.metrics.map(({ key, weight, scored }) => [key, weight, scored])).toEqual([
      ["contains", 3, 2],
      ["equals", 1, 2],
    ]);
    expect(run.overall_score).toBeCloseTo(3 / 8);
  });

  it("says of a metric that had nothing to score what it lacked, which is no error", async () => {
    const body = { dataset: [{ input: "a", output: "b" }], metrics: ["contains", "coherence"] };
    const run = await api.post("/v2/evaluate", body, runSchema);
    expect(run).toMatchObject({ status: "completed", failed_items: 0, overall_score: 0.75 });
    expect(run.aggregate_scores).toEqual({ contains: null, coherence: 0.75 });
    expect(run.hints).toEqual(["contains scored none of 1 items: an item must have expected for that"]);
  });

  it("hands the sender's key on, and keeps it nowhere", async () => {
    const key = "sk-the-senders-own-0123456789";
    const run = await api.post("/v2/evaluate", { ...contains, openai_api_key: key }, runSchema);
    expect(api.woken.filter(({ apiKey }) => apiKey === key)).toEqual([
      { run: { project: "default", id: run.id }, apiKey: key },
    ]);
    expect(JSON.stringify([run, api.log])).not.toContain(key);
  });

  it.each([
    ["no items and no dataset", {}, "send dataset or dataset_id"],
    ["both", { ...contains, dataset_id: nowhere }, "send dataset or dataset_id"],
    ["an empty dataset", { ...contains, dataset: [] }, '"dataset": needs at least one item'],
    ["no metrics, and a project without any", { dataset: items }, "name metrics"],
    ["an empty list of metrics", { ...contains, metrics: [] }, "at least one metric"],
    ["unknown metrics", { ...contains, metrics: ["contain", "xyzzy"] }, '"contain", did you mean "contains"?; "xyzzy"'],
    ["a metric twice", { ...contains, metrics: ["contains", "contains"] }, "more than once"],
    ["a weight of nothing", { ...contains, metrics: [{ key: "contains", weight: 0 }] }, "metrics"],
    ["an unknown key", { ...contains, run_nam: "x" }, 'unknown field "run_nam"'],
    ["a threshold above 1", { ...contains, threshold: 7 }, '"threshold"'],
    ["an unknown mode", { ...contains, mode: "later" }, '"mode"'],
    ["metadata that is a list", { ...contains, metadata: [] }, '"metadata"'],
    ["a key that no header can hold", { ...contains, openai_api_key: "ключ" }, '"openai_api_key"'],
    ["a weight of next to nothing", { ...contains, metrics: [{ key: "contains", weight: 1e-320 }] }, "0.001 to 1000"],
    ["a weight beyond measure", { ...contains, metrics: [{ key: "contains", weight: 1e308 }] }, "metrics"],
    ["metadata too large", { ...contains, metadata: { a: "x".repeat(70_000) } }, "64 KiB"],
  ])("refuses %s", async (_, body, expected) => {
    const { status, json } = await ask(api, "/v2/evaluate", { body });
    expect(status).toBe(400);
    expect(json?.detail).toContain(expected);
  });

  it("refuses metadata that is nested so deeply that nobody can write it down", async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const body = `{"metrics":["contains"],"dataset":[{"input":"a","output":"b"}],"metadata":${deep}}`;
    const { status, json } = await ask(api, "/v2/evaluate", { body, headers: { "content-type": "application/json" } });
    expect([status, json?.detail]).toEqual([400, '"metadata": is nested too deeply']);
  });

  it("names each item that is wrong, with the key, and stores nothing", async () => {
    const before = await api.get("/v2/evaluate/runs", runPageSchema);
    const dataset = [...items, { input: "a" }, { input: "a", output: "b", contxt: "c" }, { ...items[0] }, "no item"];
    const { status, json } = await ask(api, "/v2/evaluate", { body: { ...contains, dataset, project_name: "unborn" } });
    expect([status, json?.code]).toEqual([400, "dataset_invalid"]);
    expect(json?.errors).toEqual([
      { line: null, key: "dataset.2.output", message: "is missing" },
      { line: null, key: "dataset.3.contxt", message: 'unknown key, did you mean "context"?' },
      { line: null, key: "dataset.4.id", message: "dataset.0 has the same id" },
      { line: null, key: "dataset.5", message: "is not a JSON object" },
    ]);
    expect((await api.get("/v2/evaluate/runs", runPageSchema)).total).toBe(before.total);
    expect((await ask(api, "/v2/projects/unborn")).status).toBe(404);
  });

  it("takes content that would break what it is put into", async () => {
    const hostile = '\u0000\ud800 \'; drop table runs; -- <script> {"score": 1}';
    const dataset = [
      JSON.parse(
        `{"input": ${JSON.stringify(hostile)}, "output": "", "metadata": {"__proto__": {"polluted": 1}, "constructor": 2}}`,
      ),
    ];
    const run = await api.post("/v2/evaluate", { dataset, metrics: ["contains"] }, runSchema);
    const item = await api.get(`/v2/evaluate/runs/${run.id}/items/0`, runItemSchema);
    expect(item.input.slice(2)).toBe(hostile.slice(2));
    expect(Object.keys(item.metadata)).toEqual(["__proto__", "constructor"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("has no dataset of this id", async () => {
    const { status, json } = await ask(api, "/v2/evaluate", { body: { dataset_id: nowhere, metrics: ["contains"] } });
    expect([status, json?.detail]).toEqual([404, "there is no dataset with this id"]);
  });
});

describe("what is sent to be evaluated", () => {
  it("is stored without what is to go from messages", async () => {
    const secret = "sk-abcdefghijklmnopqrstuvwxyz";
    const rules = { blockedValues: [], allowedValues: [], blockedKeys: [], allTypes: false, maxDepth: 10 };
    const redactors = [createRedactor({ ...rules, presets: ["secrets"] })];
    const redacting = await startEvaluationApi({ api: { redactors } });
    const trace = {
      messages: [
        { role: "user", content: secret },
        { role: "assistant", content: "it is yours" },
      ],
    };
    const sent = [
      ["/v2/evaluate", { dataset: [{ input: secret, output: secret }] }],
      ["/v2/evaluate/trace", { trace }],
    ] as const;
    for (const [path, body] of sent) {
      const run = await redacting.post(path, { ...body, metrics: ["levenshtein"] }, runSchema);
      const { input } = await redacting.get(`/v2/evaluate/runs/${run.id}/items/0`, runItemSchema);
      expect(input).toBe("[REDACTED]");
    }
    await redacting.close();
  });

  it("is bounded in its items, and nothing of more is kept", async () => {
    const small = await startEvaluationApi({ limits: { maxDatasetItems: 1 } });
    const { status, json } = await ask(small, "/v2/evaluate", { body: contains });
    expect([status, json?.code]).toEqual([413, "dataset_too_large"]);
    expect((await small.get("/v2/evaluate/runs", runPageSchema)).total).toBe(0);
    await small.close();
  });
});

describe("evaluate without a model", () => {
  it("refuses metrics that ask one, and says what to do", async () => {
    const idle = await startEvaluationApi({ isIdle: true });
    const body = { ...contains, metrics: ["contains", "coherence", "fluency"] };
    const { status, json } = await ask(idle, "/v2/evaluate", { body });
    expect([status, json?.detail]).toEqual([
      400,
      "coherence, fluency: no model is configured that could be asked; set TURNWISE_LLM_API_KEY (the key of the judge llm), or send openai_api_key with the request",
    ]);
    expect(
      (await ask(idle, "/v2/evaluate", { body: { ...body, openai_api_key: "sk-own", mode: "async" } })).status,
    ).toBe(202);
    await idle.close();
  });

  it("says where there is nothing that scores", async () => {
    const bare = await startEvaluationApi({ isIdle: true, api: { evaluation: undefined } as object });
    const { status, json } = await ask(bare, "/v2/evaluate", { body: contains });
    expect([status, json?.code]).toEqual([404, "evaluation_off"]);
    await bare.close();
  });
});

describe("evaluate a trace", () => {
  const messages = [
    { role: "user", content: "Where is order 7?", timestamp: "2026-05-01T10:00:00Z" },
    { role: "assistant", content: "Order 7 is in Bonn." },
  ];

  it("VQ-3: scores the turns of a trace, with what was retrieved as context", async () => {
    const trace = { messages, spans: {}, retrievals: [{ documents: ["order 7: Bonn"] }] };
    const run = await api.post("/v2/evaluate/trace", { trace, metrics: ["coherence"], config: {} }, runSchema);
    expect(run).toMatchObject({ mode: "trace", source: "trace", total_items: 1, overall_score: 0.75 });
    const item = await api.get(`/v2/evaluate/runs/${run.id}/items/0`, runItemSchema);
    expect(item).toMatchObject({ input: "Where is order 7?", output: "Order 7 is in Bonn.", context: "order 7: Bonn" });
  });

  it("VQ-3: takes messages with a type instead of a role", async () => {
    const typed = [
      { type: "human", content: "Where is order 7?" },
      { type: "ai", content: "In Bonn." },
    ];
    const run = await api.post("/v2/evaluate/trace", { trace: { messages: typed }, metrics: ["coherence"] }, runSchema);
    const item = await api.get(`/v2/evaluate/runs/${run.id}/items/0`, runItemSchema);
    expect([item.input, item.output]).toEqual(["Where is order 7?", "In Bonn."]);
  });

  it("VQ-3: scores the turns of a stored session, and says which turn an item is", async () => {
    const { id } = await api.store.createMessageSession({
      ...hello,
      messages: [...messages].map(({ role, content }) => ({ role, content })),
    });
    const session = builtSession([
      builtTurn(1, { userContent: "Where is order 7?", assistantContent: "Order 7 is in Bonn." }),
    ]);
    await judge(api.store, id, { built: session, turns: [] });
    const run = await api.post("/v2/evaluate/trace", { session_id: id, metrics: ["coherence"] }, runSchema);
    expect(run).toMatchObject({ source: "sessions", total_items: 1 });
    const item = await api.get(`/v2/evaluate/runs/${run.id}/items/0`, runItemSchema);
    expect(item).toMatchObject({ session_id: id, turn: 1, output: "Order 7 is in Bonn." });
    const all = await api.post("/v2/evaluate/sessions?limit=10", { metrics: ["coherence"] }, runSchema);
    expect(all).toMatchObject({ source: "sessions", total_items: 1, overall_score: 0.75 });
  });

  it.each([
    ["a trace and a session", { trace: { messages }, session_id: nowhere }, 400, "send trace or session_id"],
    ["neither", {}, 400, "send trace or session_id"],
    ["a session that is not there", { session_id: nowhere }, 404, "there is no session with this id"],
    ["a trace without messages", { trace: { spans: {} } }, 400, "trace.messages"],
    ["a message of no role", { trace: { messages: [{ role: "nobody" }] } }, 400, "trace.messages.0"],
    ["a trace of nobody", { trace: { messages: [{ role: "system", content: "be kind" }] } }, 400, "no turn"],
    ["spans that are a list", { trace: { messages, spans: [] } }, 400, "trace.spans"],
    ["a config that is not known", { trace: { messages }, config: { depth: 3 } }, 400, "config.depth"],
  ])("refuses %s", async (_, body, status, expected) => {
    const answer = await ask(api, "/v2/evaluate/trace", { body: { metrics: ["coherence"], ...body } });
    expect(answer.status).toBe(status);
    expect(answer.json?.detail).toContain(expected);
  });

  it("refuses sessions that there are none of", async () => {
    const { status, json } = await ask(api, "/v2/evaluate/sessions?agent_name=nobody", {
      body: { metrics: ["coherence"] },
    });
    expect([status, json?.detail]).toEqual([400, "no such session has a turn to evaluate"]);
  });
});

describe("jobs", () => {
  it("VQ-5, VQ-6: tells how far a run is, and its result in the end", async () => {
    const idle = await startEvaluationApi({ isIdle: true });
    const { text } = await ask(idle, "/v2/evaluate", { body: { ...contains, mode: "async" } });
    const { job_id: id } = jobSchema.parse(JSON.parse(text));
    expect(await idle.get(`/v2/evaluate/jobs/${id}`, jobSchema)).toMatchObject({
      status: "queued",
      progress_percent: 0,
      current_item: 0,
      started_at: null,
    });
    const claim = await idle.store.evaluations.claimRun({ worker: "test", leaseMs: 60_000 });
    const scored = { number: 0, overall: 1, scores: [{ name: "contains", value: 1 }] };
    await idle.store.evaluations.saveScores(claim!, [scored], { inputTokens: 0, outputTokens: 0 });
    const half = await idle.get(`/v2/evaluate/jobs/${id}/status`, jobSchema);
    expect(half).toMatchObject({
      status: "running",
      progress_percent: 50,
      current_item: 1,
      total_items: 2,
      result: null,
    });
    await idle.store.evaluations.finishRun(claim!, { status: "failed", error: "the model is gone" });
    const failed = await idle.get(`/v2/evaluate/jobs/${id}`, jobSchema);
    expect(failed).toMatchObject({ status: "failed", error: "the model is gone", progress_percent: 50, result: null });
    await idle.close();
  });

  it("VQ-7: cancels a run, which keeps what it has, and changes nothing when it had ended", async () => {
    const idle = await startEvaluationApi({ isIdle: true });
    const { text } = await ask(idle, "/v2/evaluate", { body: { ...contains, mode: "async" } });
    const { job_id: id } = jobSchema.parse(JSON.parse(text));
    expect((await ask(idle, `/v2/evaluate/runs/${id}`, { method: "DELETE" })).status).toBe(409);
    const cancelled = await idle.post(`/v2/evaluate/jobs/${id}/cancel`, {}, cancelledJobSchema);
    expect(cancelled).toEqual({ job_id: id, status: "cancelled", message: "the run is cancelled" });
    expect((await idle.get(`/v2/evaluate/jobs/${id}`, jobSchema)).result).toMatchObject({ status: "cancelled" });
    expect((await ask(idle, `/v2/evaluate/runs/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(idle, `/v2/evaluate/runs/${id}`)).status).toBe(404);
    await idle.close();

    const done = await api.post("/v2/evaluate", contains, runSchema);
    const late = await api.post(`/v2/evaluate/jobs/${done.id}/cancel`, {}, cancelledJobSchema);
    expect(late).toMatchObject({ status: "completed", message: "the run had ended already: it is completed" });
  });
});

describe("runs", () => {
  it("VQ-4: answers with a run by its id, as it was answered first", async () => {
    const run = await api.post("/v2/evaluate", contains, runSchema);
    expect(await api.get(`/v2/evaluate/runs/${run.id}`, runSchema)).toEqual(run);
  });

  it("lists runs, newest first, of a project by name or id, by status, in pages", async () => {
    const made = [];
    for (const run_name of ["a", "b", "c"])
      made.push(await api.post("/v2/evaluate", { ...contains, project_name: "listed", run_name }, runSchema));
    const page = await api.get("/v2/evaluate/runs?project_name=listed&page_size=2", runPageSchema);
    expect([page.total, page.page, page.page_size, page.runs.map(({ name }) => name)]).toEqual([3, 1, 2, ["c", "b"]]);
    const id = made[0]?.project_id ?? "";
    const second = await api.get(
      `/v2/evaluate/runs?project_id=${id}&page_size=2&page=2&status=completed`,
      runPageSchema,
    );
    expect(second.runs.map(({ name }) => name)).toEqual(["a"]);
    expect((await api.get("/v2/evaluate/runs?project_name=listed&status=failed", runPageSchema)).total).toBe(0);
    expect((await ask(api, "/v2/evaluate/runs?project_name=unknown")).status).toBe(404);
  });

  it("VQ-8: lists what each metric came to", async () => {
    const run = await api.post("/v2/evaluate", contains, runSchema);
    expect(await api.get(`/v2/evaluate/runs/${run.id}/metrics`, runMetricsSchema)).toEqual({
      run_id: run.id,
      metrics: [
        {
          key: "contains",
          display_name: "Contains",
          score: 0.5,
          value_type: "numeric",
          weight: 1,
          scored: 2,
          below_threshold: 1,
        },
      ],
    });
  });

  it("VQ-9: gives items in pages, all or those below a score, in order or worst first", async () => {
    const dataset = Array.from({ length: 25 }, (_, at) => ({
      id: `i${at}`,
      input: "q",
      output: at % 5 === 0 ? "no" : "yes",
      expected: "yes",
    }));
    const run = await api.post("/v2/evaluate", { dataset, metrics: ["equals"] }, runSchema);
    const path = `/v2/evaluate/runs/${run.id}/items`;
    const keysOf = async (query: string) => {
      const page = await api.get(`${path}${query}`, runItemPageSchema);
      return [page.total, page.items.map(({ key }) => key)];
    };
    expect(await keysOf("?page=3&page_size=10")).toEqual([25, ["i20", "i21", "i22", "i23", "i24"]]);
    expect(await keysOf("?below=0.7")).toEqual([5, ["i0", "i5", "i10", "i15", "i20"]]);
    expect(await keysOf("?order=worst&page_size=6")).toEqual([25, ["i0", "i5", "i10", "i15", "i20", "i1"]]);
    expect(await keysOf("?page=9")).toEqual([25, []]);
    for (const wrong of [
      "?page=0",
      "?below=1.5",
      "?below=-1",
      "?page_size=1001",
      "?below=2",
      "?order=best",
      "?pagesize=3",
    ])
      expect((await ask(api, `${path}${wrong}`)).status).toBe(400);
  });

  it("VQ-9: shortens long items of a page, and says so", async () => {
    const long = { input: "x".repeat(50_000), output: "y", context: ["z".repeat(9_000), "z".repeat(9_000), "z"] };
    const run = await api.post("/v2/evaluate", { dataset: [long, ...items], metrics: ["levenshtein"] }, runSchema);
    const { items: page } = await api.get(`/v2/evaluate/runs/${run.id}/items`, runItemPageSchema);
    expect(page.map(({ is_shortened }) => is_shortened)).toEqual([true, false, false]);
    expect(page[0]?.input).toBe(`${"x".repeat(10_000)}…`);
    expect(page[0]?.contexts.map(({ length }) => length)).toEqual([9_000, 1_001]);
    const whole = await api.get(`/v2/evaluate/runs/${run.id}/items/0`, runItemSchema);
    expect([whole.is_shortened, whole.input, whole.contexts]).toEqual([false, long.input, long.context]);
  });

  it("VQ-10: tells all of an item: what was said, each score and why", async () => {
    const run = await api.post("/v2/evaluate", { ...contains, metrics: ["contains", "coherence"] }, runSchema);
    const { explanations, ...item } = await api.get(`/v2/evaluate/runs/${run.id}/items/1`, runItemSchema);
    expect(explanations["coherence"]).toBe("it is");
    expect(item).toEqual({
      id: "1",
      item_index: 1,
      key: "two",
      run_id: run.id,
      status: "scored",
      input: "3 + 3?",
      output: "The answer is 5",
      context: "3 + 3 = 6\n\nsums",
      contexts: ["3 + 3 = 6", "sums"],
      expected: "6",
      expected_outputs: ["6"],
      history: [],
      tool_calls: null,
      session_id: null,
      turn: null,
      metadata: {},
      is_shortened: false,
      overall_score: 0.375,
      quality_grade: "F",
      metric_scores: { contains: 0, coherence: 0.75 },
      errors: {},
    });
    for (const id of ["2", "-1", "one", "99999999999", "00"])
      expect((await ask(api, `/v2/evaluate/runs/${run.id}/items/${id}`)).status).toBe(404);
  });
});

describe("a metric that fails", () => {
  it("is no score: the item says so, counts as failed, and the others stand", async () => {
    const failing = await startEvaluationApi({
      answer: (prompt) => (prompt.includes("answer is 5") ? "not what was asked for" : { reasoning: "fine", score: 1 }),
    });
    const run = await failing.post(
      "/v2/evaluate",
      { ...contains, metrics: ["contains", "coherence"], wait: 60 },
      runSchema,
    );
    expect(run).toMatchObject({
      status: "completed",
      failed_items: 1,
      aggregate_scores: { contains: 0.5, coherence: 1 },
    });
    expect(run.hints).toEqual(["of 1 of 2 items a metric failed; their errors say how"]);
    const item = await failing.get(`/v2/evaluate/runs/${run.id}/items/1`, runItemSchema);
    expect(item).toMatchObject({
      status: "failed",
      metric_scores: { contains: 0, coherence: null },
      errors: { coherence: "invalid_answer" },
    });
    await failing.close();
  });
});

/** Every method of the client that evaluates, against a whole server: what it sends is right, and each answer as its type says. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  ConflictError,
  type EvaluationJob,
  EvaluationFailedError,
  EvaluationTimeoutError,
  InvalidRequestError,
  type NewItem,
  NotFoundError,
  QuotaExceededError,
  RateLimitError,
  Turnwise,
} from "@turnwise/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { document, operationAt, requireDocumented } from "../api/documented-answers.ts";
import { attributes, modelCall } from "../support/agent-spans.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let turnwise: Turnwise;
const asked = new Set<string>();

/** Holds every answer against the OpenAPI document, of which the client's types are made. */
async function documentedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  const [method, path, type] = [init?.method ?? "GET", url.pathname, response.headers.get("content-type") ?? ""];
  asked.add(operationAt(method.toLowerCase(), path)?.operationId ?? `${method} ${path}`);
  requireDocumented({ method, path, status: response.status, type, text: await response.clone().text() });
  return response;
}

const clientOf = ({ apiUrl }: TestServer): Turnwise =>
  new Turnwise({ baseUrl: apiUrl, fetch: documentedFetch, maxRetries: 0 });

beforeAll(async () => {
  server = await startTestServer();
  turnwise = clientOf(server);
});
afterAll(async () => server.stop());

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const items: readonly NewItem[] = [
  { id: "four", input: "2 + 2?", output: "The answer is 4", expected: "4" },
  {
    id: "kitten",
    input: "spell it",
    output: "sitting",
    expected: ["kitten"],
    context: ["doc"],
    metadata: { tier: "gold" },
  },
];

/** Takes some seconds: each of the comparisons some hundred milliseconds. */
const slowItems = (count: number): readonly NewItem[] =>
  Array.from({ length: count }, (_, at) => ({
    input: String(at),
    output: "ab".repeat(10_000),
    expected: `${"ba".repeat(10_000)}${at}`,
  }));

describe("an evaluation", () => {
  it("VQ-1: comes back scored, under the project and the name that were given", async () => {
    const run = await turnwise.evaluations.evaluate({
      dataset: items,
      metrics: ["contains", { key: "levenshtein", weight: 3 }],
      project_name: "client",
      run_name: "first",
      metadata: { commit: "abc" },
    });
    expect(run).toMatchObject({
      status: "completed",
      project_name: "client",
      run_name: "first",
      total_items: 2,
      items_evaluated: 2,
      metadata: { commit: "abc" },
    });
    expect(run.aggregate_scores["contains"]).toBe(0.5);
    expect(run.overall_score).toBeGreaterThan(0);
  });

  it("VQ-1: is waited for when the server answers with the job", async () => {
    const looks: EvaluationJob[] = [];
    const run = await turnwise.evaluations.evaluate(
      { dataset: items, metrics: ["contains"], wait: 0 },
      { pollIntervalMs: 10, onProgress: (job) => looks.push(job) },
    );
    expect(run).toMatchObject({ status: "completed", items_evaluated: 2 });
    expect(looks.at(-1)).toMatchObject({ status: "completed", progress_percent: 100, current_item: 2 });
  });

  it("VQ-2: is a job at once when nobody waits", async () => {
    const job = await turnwise.evaluations.evaluateAsync({ dataset: items, metrics: ["equals"] });
    expect(job).toMatchObject({ jobType: "evaluation", jobId: expect.any(String) as unknown });
    const run = await job.result({ pollIntervalMs: 10 });
    expect(run).toMatchObject({ run_id: job.jobId, aggregate_scores: { equals: 0 } });
    expect(await turnwise.evaluations.getJob(job.jobId)).toMatchObject({ job_id: job.jobId, result: run });
  });

  it("VQ-3: is of a trace, or of a stored session", async () => {
    const messages = [
      { role: "user" as const, content: "Which floor?" },
      { role: "assistant" as const, content: "The second." },
    ];
    const metrics = ["levenshtein"];
    const run = await turnwise.evaluations.evaluateTrace({ trace: { messages }, metrics });
    expect(run).toMatchObject({ source: "trace", mode: "trace", total_items: 1 });
    const { session_id } = await turnwise.submit({ messages });
    await turnwise.wait(session_id, { pollMs: 25 });
    const job = await turnwise.evaluations.evaluateTraceAsync({ session_id, metrics });
    const ofSession = await job.result({ pollIntervalMs: 10 });
    expect(ofSession).toMatchObject({ source: "sessions", total_items: 1 });
    const { items: scored } = await turnwise.runs.items(ofSession.run_id);
    expect(scored).toMatchObject([{ session_id, turn: 1, input: "Which floor?", output: "The second." }]);
  });

  it("is of the sessions that a filter chooses", async () => {
    const filter = { source: "messages", limit: 1 } as const;
    const run = await turnwise.evaluations.evaluateSessions(filter, { metrics: ["levenshtein"] });
    expect(run).toMatchObject({ source: "sessions", total_items: 1 });
    const job = await turnwise.evaluations.evaluateSessionsAsync(filter, { metrics: ["contains"] });
    expect(await job.result({ pollIntervalMs: 10 })).toMatchObject({ total_items: 1 });
    expect(await turnwise.evaluations.safetySummary(filter)).toMatchObject({ total_sessions: 1 });
  });

  it("is of OTLP, of which nothing is stored", async () => {
    const said = JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "hello" }] }]);
    const span = modelCall([{ role: "user", content: "hi" }], {
      attributes: attributes({ "gen_ai.conversation.id": "c", "gen_ai.output.messages": said }),
    });
    const body = new Blob([JSON.stringify(toJsonRequest([span]))], { type: "application/json" });
    const request = { metrics: ["contains", "levenshtein"], project_name: "spans", threshold: 0.5 };
    const run = await turnwise.evaluations.evaluateOtlp(body, request);
    expect(run).toMatchObject({ source: "otlp", total_items: 1, threshold: 0.5 });
    expect(run.metrics.map(({ key }) => key)).toEqual(request.metrics);
    const job = await turnwise.evaluations.evaluateOtlpAsync(body, request);
    expect(await job.result({ pollIntervalMs: 10 })).toMatchObject({ source: "otlp" });
  });
});

describe("a job", () => {
  it("VQ-5: says how far it is, while it is waited for and whenever it is asked", async () => {
    const job = await turnwise.evaluations.evaluateAsync({ dataset: slowItems(8), metrics: ["levenshtein"] });
    expect(await job.isRunning()).toBe(true);
    expect(await job.isCompleted()).toBe(false);
    const looks: EvaluationJob[] = [];
    const ended = await job.wait({ pollIntervalMs: 50, onProgress: (look) => looks.push(look) });
    expect(ended).toMatchObject({ status: "completed", current_item: 8, total_items: 8 });
    expect(looks.length).toBeGreaterThan(1);
    expect(looks.at(-1)).toEqual(ended);
    const progress = looks.map(({ progress_percent: percent }) => percent);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(await job.isRunning()).toBe(false);
    expect(await job.isCompleted()).toBe(true);
    expect(await turnwise.evaluations.job(job.jobId).status()).toEqual(ended);
  });

  it("VQ-5: is waited for no longer than it was said, and goes on", async () => {
    const job = await turnwise.evaluations.evaluateAsync({ dataset: slowItems(8), metrics: ["levenshtein"] });
    await expect(job.wait({ pollIntervalMs: 20, timeoutMs: 60 })).rejects.toThrow(EvaluationTimeoutError);
    expect(await job.isRunning()).toBe(true);
    await expect(job.wait({ signal: AbortSignal.timeout(30), pollIntervalMs: 1000 })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    await job.cancel();
  });

  it("VQ-6: has a state, a progress and times", async () => {
    const job = await turnwise.evaluations.evaluateAsync({ dataset: items, metrics: ["contains"] });
    const ended = await job.wait({ pollIntervalMs: 10 });
    expect(ended).toMatchObject({ job_id: job.jobId, status: "completed", progress_percent: 100, error: null });
    const [created, started, finished] = [ended.created_at, ended.started_at ?? "", ended.finished_at ?? ""];
    expect([created, started, finished].toSorted()).toEqual([created, started, finished]);
    expect(ended.result).toMatchObject({ run_id: job.jobId });
  });

  it("VQ-7: is cancelled, keeps what was scored and has no result", async () => {
    const job = await turnwise.evaluations.evaluateAsync({ dataset: slowItems(40), metrics: ["levenshtein"] });
    while ((await job.status()).current_item === 0) await sleep(50);
    expect(await job.cancel()).toMatchObject({
      status: "cancelled",
      job_id: job.jobId,
      message: expect.any(String) as unknown,
    });
    const failure: unknown = await job.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EvaluationFailedError);
    expect(failure).toMatchObject({ code: "evaluation_cancelled" });
    const { items_evaluated: kept, status } = await turnwise.runs.get(job.jobId);
    expect(status).toBe("cancelled");
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(40);
    expect(await job.cancel()).toMatchObject({ status: "cancelled" });
  });

  it("has no result when its run failed, and says why it did", async () => {
    const model = await startScriptedModel(() => ({ status: 401, body: { error: { message: "bad key" } } }));
    const asking = await startTestServer({
      env: { TURNWISE_LLM_API_KEY: "sk-server", TURNWISE_LLM_BASE_URL: model.url, TURNWISE_LLM_MODEL: "scripted" },
    });
    try {
      const request = { dataset: items, metrics: ["coherence"], openai_api_key: "sk-of-the-sender" };
      const job = await clientOf(asking).evaluations.evaluateAsync(request);
      expect(await job.wait({ pollIntervalMs: 20 })).toMatchObject({ status: "failed", result: null });
      const failure: unknown = await job.result().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(EvaluationFailedError);
      expect(failure).toMatchObject({
        code: "evaluation_failed",
        message: expect.stringContaining("the key that was sent") as unknown,
      });
    } finally {
      await asking.stop();
      await model.close();
    }
  });

  it("that there is not is not found", async () => {
    await expect(turnwise.evaluations.job("nowhere").status()).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("runs", () => {
  it("VQ-4, VQ-8, VQ-10: are read with their metrics and each item", async () => {
    const { run_id: id } = await turnwise.evaluations.evaluate({
      dataset: items,
      metrics: ["contains", "levenshtein"],
    });
    expect(await turnwise.runs.get(id)).toMatchObject({ id, items_evaluated: 2, evaluated_items: 2 });
    const { metrics } = await turnwise.runs.metrics(id);
    expect(metrics).toMatchObject([{ key: "contains", score: 0.5, value_type: "numeric" }, { key: "levenshtein" }]);
    expect(await turnwise.runs.item(id, "1")).toMatchObject({
      key: "kitten",
      context: "doc",
      expected: "kitten",
      metric_scores: { contains: 0, levenshtein: expect.closeTo(1 - 3 / 7, 6) as unknown },
      metadata: { tier: "gold" },
    });
    expect(await turnwise.runs.failures(id, { limit: 5 })).toMatchObject({ run_id: id, summary: { total_items: 2 } });
    expect(await turnwise.runs.analyzeFailures({ run_id: id })).toMatchObject({ eval_run_id: id });
  });

  it("VQ-9: have items in pages that say how many there are, and one after the other", async () => {
    const dataset = Array.from({ length: 250 }, (_, at) => ({ id: at, input: "a", output: String(at), expected: "1" }));
    const { run_id: id } = await turnwise.evaluations.evaluate({ dataset, metrics: ["contains"] });
    const page = await turnwise.runs.items(id, { page: 2, page_size: 100 });
    expect(page).toMatchObject({ total: 250, page: 2, page_size: 100 });
    expect(page.items.map(({ key }) => key)).toEqual(dataset.slice(100, 200).map((item) => String(item.id)));
    const every = await all(turnwise.runs.iterateItems(id));
    expect(every.map(({ item_index: at }) => at)).toEqual(dataset.map((item) => item.id));
    const failed = await all(turnwise.runs.iterateItems(id, { below: 0.7, order: "worst", page_size: 7 }));
    expect(failed).toHaveLength(dataset.filter(({ output }) => !output.includes("1")).length);
  });

  it("are listed, newest first, page by page, by project and by state", async () => {
    const names = ["one", "two", "three"];
    for (const run_name of names)
      await turnwise.evaluations.evaluate({ dataset: items, metrics: ["contains"], project_name: "listed", run_name });
    const filter = { project_name: "listed", status: "completed" } as const;
    expect((await turnwise.runs.list(filter)).runs.map(({ name }) => name)).toEqual(names.toReversed());
    expect((await all(turnwise.runs.iterate({ ...filter, page_size: 2 }))).map(({ name }) => name)).toEqual(
      names.toReversed(),
    );
  });

  it("VQ-11, VQ-12: are compared, and followed day by day", async () => {
    const project_name = "compared";
    const evaluate = async (output: string) =>
      turnwise.evaluations.evaluate({
        dataset: [{ id: "a", input: "2 + 2?", output, expected: "4" }],
        metrics: ["contains"],
        project_name,
      });
    const [before, after] = [await evaluate("4"), await evaluate("5")];
    const comparison = await turnwise.runs.compare([after.run_id, before.run_id], { baseline: before.run_id });
    expect(comparison).toMatchObject({ baseline_run_id: before.run_id, overall_scores: [0, 1] });
    expect(comparison.metrics[0]?.differences).toEqual({ [after.run_id]: -1 });
    const { trends } = await turnwise.runs.trends({ project_name, metric: ["contains", "overall"], days: 2 });
    expect(trends).toMatchObject([
      { metric: "contains", score: 0.5, run_count: 2 },
      { metric: "overall", score: 0.5, run_count: 2 },
    ]);
  });

  it("are deleted", async () => {
    const { run_id: id } = await turnwise.evaluations.evaluate({ dataset: items, metrics: ["contains"] });
    await turnwise.runs.delete(id);
    await expect(turnwise.runs.get(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it("VQ-16: are plain JSON: what is written and read again is the same", async () => {
    const run = await turnwise.evaluations.evaluate({ dataset: items, metrics: ["contains"] });
    const wire: unknown[] = [
      run,
      await turnwise.evaluations.getJob(run.run_id),
      await turnwise.runs.items(run.run_id),
      await turnwise.runs.item(run.run_id, "0"),
      await turnwise.runs.compare([
        run.run_id,
        (await turnwise.evaluations.evaluate({ dataset: items, metrics: ["contains"] })).run_id,
      ]),
      await turnwise.auth.check(),
      await turnwise.projects.list(),
      await turnwise.evaluations.metricTemplates(),
    ];
    for (const value of wire) expect(JSON.parse(JSON.stringify(value))).toEqual(value);
  });
});

describe("datasets", () => {
  it("are made of items, evaluated again and again, read and deleted", async () => {
    const dataset = await turnwise.datasets.create("made", items);
    expect(dataset).toMatchObject({ name: "made", total_items: 2, source: "upload" });
    const request = { dataset_id: dataset.dataset_id, metrics: ["contains"] };
    const runs = [await turnwise.evaluations.evaluate(request), await turnwise.evaluations.evaluate(request)];
    expect(runs).toMatchObject([{ dataset_name: "made" }, { dataset_name: "made" }]);
    expect(await turnwise.datasets.get(dataset.id)).toEqual(dataset);
    expect((await turnwise.datasets.list({ page_size: 1000 })).datasets).toContainEqual(dataset);
    expect((await turnwise.datasets.items(dataset.id, { page: 2, page_size: 1 })).items).toMatchObject([
      { key: "kitten" },
    ]);
    expect(await all(turnwise.datasets.iterateItems(dataset.id))).toHaveLength(2);
    await expect(turnwise.datasets.delete(dataset.id)).rejects.toBeInstanceOf(ConflictError);
    for (const { run_id: id } of runs) await turnwise.runs.delete(id);
    await turnwise.datasets.delete(dataset.id);
    await expect(turnwise.datasets.get(dataset.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it("are uploaded as they lie in a file", async () => {
    const content = new Blob(["input,output,expected\na,b,c\n"], { type: "text/csv" });
    expect(await turnwise.datasets.upload("file", content)).toMatchObject({ total_items: 1 });
  });

  it("with mistakes say where they are", async () => {
    const failure: unknown = await turnwise.datasets
      .upload("wrong", new Blob(['{"input":"a","output":"b"}\n{"inptu":"a"}'], { type: "application/jsonl" }))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidRequestError);
    expect(failure).toMatchObject({
      code: "dataset_invalid",
      errors: [
        { line: 2, key: "input", message: "is missing" },
        { line: 2, key: "output", message: "is missing" },
        { line: 2, key: "inptu", message: 'unknown key, did you mean "input"?' },
      ],
    });
  });

  it("are made of the turns of sessions", async () => {
    const dataset = await turnwise.datasets.fromSessions("sessions", { source: "messages" });
    expect(dataset).toMatchObject({ source: "sessions", name: "sessions" });
    const [first] = await all(turnwise.datasets.iterateItems(dataset.id));
    expect(first).toMatchObject({ session_id: expect.any(String) as unknown, turn: 1 });
    await expect(turnwise.datasets.fromSessions("none", { user_id: "nobody" })).rejects.toMatchObject({
      code: "dataset_invalid",
    });
  });
});

describe("projects", () => {
  it("VQ-13, VQ-14: have metrics, weights and a threshold, which their runs use", async () => {
    const project = await turnwise.projects.create("settled");
    expect(await turnwise.projects.get("settled")).toEqual(project);
    expect((await turnwise.projects.list({ page_size: 1000 })).projects).toContainEqual(project);
    const set = await turnwise.projects.setMetrics(project.id, {
      metrics: ["contains"],
      weights: { contains: 2 },
      threshold: 0.9,
    });
    expect(set).toMatchObject({ weights: { contains: 2 }, threshold: 0.9 });
    expect(await turnwise.projects.metrics("settled")).toEqual(set);
    const run = await turnwise.evaluations.evaluate({ dataset: items, project_name: "settled" });
    expect(run).toMatchObject({ threshold: 0.9, metrics: [{ key: "contains", weight: 2 }] });
    const { metrics } = await turnwise.evaluations.metricTemplates();
    expect(metrics.map(({ key }) => key)).toContain("levenshtein");
  });

  it("VQ-15: say whose the key is", async () => {
    expect(await turnwise.auth.check()).toMatchObject({ valid: true, org_id: "default" });
  });
});

describe("what goes wrong", () => {
  it("VQ-19: is a limit on requests, with the time to come back", async () => {
    const strict = await startTestServer({ edit: (yaml) => withEvaluation(yaml, "requests_per_minute: 2") });
    try {
      const client = clientOf(strict);
      await client.projects.list();
      await client.projects.list();
      const failure: unknown = await client.projects.list().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RateLimitError);
      expect(failure).not.toBeInstanceOf(QuotaExceededError);
      expect((failure as RateLimitError).retryAfterMs).toBeGreaterThan(0);
    } finally {
      await strict.stop();
    }
  });

  it("VQ-19: is a quota, with what is used of it", async () => {
    const strict = await startTestServer({ edit: (yaml) => withEvaluation(yaml, "evaluations_per_month: 1") });
    try {
      const client = clientOf(strict);
      await client.evaluations.evaluate({ dataset: items, metrics: ["contains"] });
      const failure: unknown = await client.evaluations
        .evaluate({ dataset: items, metrics: ["contains"] })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(QuotaExceededError);
      expect(failure).toMatchObject({ service: "evaluations", currentUsage: 1, quotaLimit: 1, code: "quota_exceeded" });
    } finally {
      await strict.stop();
    }
  });

  it("is a metric that there is not", async () => {
    const failure: unknown = await turnwise.evaluations
      .evaluate({ dataset: items, metrics: ["contians"] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidRequestError);
    expect(failure).toMatchObject({
      message: expect.stringContaining('did you mean "contains"?') as unknown,
      errors: [],
    });
  });
});

const withEvaluation = (yaml: string, setting: string): string =>
  yaml.replace(/^ {4}requests_per_minute: .*$/m, `    ${setting}`);

describe("the whole", () => {
  it("has a method for every operation below /v2", () => {
    const documented = Object.entries(document.paths)
      .filter(([path]) => path.startsWith("/v2/"))
      .flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
    expect(documented.filter((id) => !asked.has(id))).toEqual([]);
  });
});

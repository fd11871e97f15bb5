/** Runs on a whole server: the thread that scores them, the model that their metrics ask, keys of the senders' own. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { ZodType } from "zod";
import { jobSchema, runPageSchema, runSchema } from "../../src/api/evaluation-contract.ts";
import { type ScriptedModel, type ScriptedReply, startScriptedModel } from "../../examples/scripted-model.mjs";
import type { EvaluationRef } from "../../src/component/evaluations.ts";
import type { EvaluationItem } from "../../src/model/evaluation.ts";
import { createRun, itemNumber, owner, readRunItems, waitForRun } from "../support/scored-runs.ts";
import { startTestServer, temporaryDataDir, type TestServer, type TestServerOptions } from "../support/server.ts";

const running: { stop(): Promise<void> }[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (part) => part.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A data folder that one server after the other has. */
function sharedFolder(): string {
  const folder = temporaryDataDir();
  folders.push(folder);
  return folder;
}

async function start(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  running.push(server);
  return server;
}

const serverKey = "sk-server-0123456789abcdef";
const senderKey = "sk-sender-fedcba9876543210";

async function startModel(reply: (number: number) => ScriptedReply = () => graded(0.75)): Promise<ScriptedModel> {
  const model = await startScriptedModel(({ number }) => reply(number));
  running.push({ stop: async () => model.close() });
  return model;
}

const graded = (score: number): ScriptedReply => ({
  message: { content: JSON.stringify({ reasoning: "because", score }) },
  usage: { prompt_tokens: 100, completion_tokens: 10 },
});

const askedAt = (model: ScriptedModel, apiKey = serverKey) => ({
  TURNWISE_LLM_API_KEY: apiKey,
  TURNWISE_LLM_BASE_URL: model.url,
  TURNWISE_LLM_MODEL: "scripted",
});

const keysSentTo = ({ requests }: ScriptedModel) => new Set(requests.map(({ headers }) => headers["authorization"]));

/** Has the server score items, as whoever calls its API does. */
async function evaluate(
  { apiUrl }: TestServer,
  sent: readonly EvaluationItem[],
  metrics: readonly string[],
  fields: object = {},
): Promise<EvaluationRef> {
  const dataset = sent.map(({ key, input, output, expected }) => ({ id: key, input, output, expected }));
  const response = await fetch(`${apiUrl}/v2/evaluate`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset, metrics, mode: "async", ...fields }),
  });
  expect(response.status).toBe(202);
  return { project: owner, id: jobSchema.parse(await response.json()).job_id };
}

const items = (count: number) => Array.from({ length: count }, (_, number) => itemNumber(number));

describe("the thread that scores runs", () => {
  it("is started for the first run, and scores it", async () => {
    const server = await start();
    const { evaluations } = server.store;
    const idle = await (await fetch(server.metricsUrl ?? "")).text();
    expect(idle).not.toContain("turnwise_runs_in_work");
    const run = await evaluate(server, items(250), ["contains", "equals", "levenshtein"]);
    expect(await waitForRun(evaluations, run)).toMatchObject({
      status: "completed",
      evaluatedItems: 250,
      failedItems: 0,
      overallScore: 1,
    });
    expect(await server.metric("turnwise_run_items_scored")).toBe(250);
  });

  it("is started with the server when runs wait", async () => {
    const dataDir = sharedFolder();
    const first = await startTestServer({ dataDir });
    const run = await createRun(first.store.evaluations, items(3), ["contains"]);
    await first.stop();
    const { store } = await start({ dataDir });
    expect(await waitForRun(store.evaluations, run)).toMatchObject({ status: "completed", evaluatedItems: 3 });
  });

  it("stops in time while it compares long texts, and goes on with the next server", async () => {
    const dataDir = sharedFolder();
    const first = await startTestServer({ dataDir });
    const long = Array.from({ length: 60 }, (_, number) =>
      itemNumber(number, { output: "ab".repeat(10_000), expected: ["ba".repeat(10_000)] }),
    );
    const run = await evaluate(first, long, ["levenshtein"]);
    const { evaluatedItems } = await waitForRun(first.store.evaluations, run, (now) => now.evaluatedItems > 0);
    expect(evaluatedItems).toBeLessThan(60);
    const begunAt = performance.now();
    await first.stop();
    expect(performance.now() - begunAt).toBeLessThan(5000);
    const { store } = await start({ dataDir });
    await waitForRun(store.evaluations, run, (now) => now.evaluatedItems > evaluatedItems);
    await store.evaluations.cancelRun(run);
    await sleep(1000);
    const kept = await store.evaluations.getRun(run);
    await sleep(500);
    expect(await store.evaluations.getRun(run)).toEqual(kept);
    expect(kept).toMatchObject({ status: "cancelled" });
  });
});

describe("the model that metrics ask", () => {
  it("is the llm judge's, and what it takes is counted under that judge's name", async () => {
    const model = await startModel();
    const server = await start({ env: askedAt(model) });
    const { evaluations, spend } = server.store;
    const run = await evaluate(server, items(5), ["coherence", "contains"]);
    expect(await waitForRun(evaluations, run)).toMatchObject({
      status: "completed",
      overallScore: 0.875,
      usage: { inputTokens: 500, outputTokens: 50 },
    });
    const today = Math.floor(Date.now() / 86_400_000);
    expect(await spend.readSpend({ day: today, project: owner })).toMatchObject([
      { judge: "llm", spent: { tokens: 550 }, reserved: { tokens: 0 } },
    ]);
    expect(keysSentTo(model)).toEqual(new Set([`Bearer ${serverKey}`]));
  });

  it("may be another judge's", async () => {
    const model = await startModel();
    const server = await start({
      edit: (yaml) =>
        yaml
          .replace(
            "  rules: {}",
            `  rules: {}\n  llm/metrics: { api_key: ${senderKey}, base_url: "${model.url}", model: small }`,
          )
          .replace("concurrency: 8", "judge: llm/metrics\n    concurrency: 2"),
    });
    const run = await evaluate(server, items(2), ["coherence"]);
    expect(await waitForRun(server.store.evaluations, run)).toMatchObject({ status: "completed" });
    expect(keysSentTo(model)).toEqual(new Set([`Bearer ${senderKey}`]));
  });

  it("keeps the run waiting while it is limited, and fails nothing", async () => {
    const model = await startModel((number) =>
      number <= 2 ? { status: 429, headers: { "retry-after": "1" }, body: { error: { message: "slow" } } } : graded(1),
    );
    const server = await start({ env: askedAt(model) });
    const run = await evaluate(server, items(4), ["coherence"]);
    expect(await waitForRun(server.store.evaluations, run)).toMatchObject({
      status: "completed",
      failedItems: 0,
      overallScore: 1,
    });
  });

  it("VQ-6: says of a run that waits for its model why, and until when, as long as it waits", async () => {
    const slow = { status: 429, headers: { "retry-after": "3600" }, body: { error: { message: "slow down" } } };
    const model = await startModel(() => slow);
    const server = await start({ env: askedAt(model) });
    const { id } = await evaluate(server, items(2), ["coherence"]);
    const get = async <Body>(path: string, schema: ZodType<Body>): Promise<Body> =>
      schema.parse(await (await fetch(`${server.apiUrl}/v2/evaluate/${path}`)).json());
    const until = () => get(`jobs/${id}`, jobSchema).then(({ waiting }) => Date.parse(waiting?.until ?? ""));
    await expect.poll(until, { timeout: 5000 }).toBeGreaterThan(Date.now() + 500_000);
    const waiting = { code: "rate_limited", reason: "The endpoint answered 429: slow down" };
    expect(await get(`jobs/${id}/status`, jobSchema)).toMatchObject({ status: "running", waiting });
    expect(await get(`runs/${id}`, runSchema)).toMatchObject({ waiting });
    expect(await get("runs", runPageSchema)).toMatchObject({ runs: [{ waiting }] });
    await fetch(`${server.apiUrl}/v2/evaluate/jobs/${id}/cancel`, { method: "POST" });
    expect(await get(`jobs/${id}`, jobSchema)).toMatchObject({ status: "cancelled", waiting: null });
  });

  it("is not asked again what it answered before the server ended", async () => {
    const asked: string[] = [];
    let isHanging = true;
    const model = await startScriptedModel(({ body }) => {
      const [, metric = ""] = /(\w+)_verdict/.exec(JSON.stringify(body)) ?? [];
      asked.push(metric);
      return metric === "fluency" && isHanging ? { hang: true } : graded(1);
    });
    running.push({ stop: async () => model.close() });
    const dataDir = sharedFolder();
    const first = await startTestServer({ dataDir, env: askedAt(model) });
    const run = await evaluate(first, items(3), ["coherence", "fluency"]);
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(6);
    await sleep(300); // for the answers to be on disk
    await first.stop();
    isHanging = false;
    const { store } = await start({ dataDir, env: askedAt(model) });
    expect(await waitForRun(store.evaluations, run)).toMatchObject({ status: "completed", overallScore: 1 });
    expect(asked.slice(6)).toEqual(["fluency", "fluency", "fluency"]);
  });

  it("keeps what other items have when it answers nonsense about one", async () => {
    const model = await startScriptedModel(({ body }) =>
      JSON.stringify(body).includes("answer 1") ? { message: { content: "no idea" } } : graded(0.5),
    );
    running.push({ stop: async () => model.close() });
    const server = await start({ env: askedAt(model) });
    const run = await evaluate(server, items(3), ["coherence"]);
    expect(await waitForRun(server.store.evaluations, run)).toMatchObject({ failedItems: 1, overallScore: 0.5 });
    const found = await readRunItems(server.store.evaluations, run);
    expect(found[1]?.scored?.scores[0]).toMatchObject({ value: null, error: "invalid_answer" });
  });
});

describe("a key of the sender's own", () => {
  it("VQ-1: asks the model for that run, instead of the server's, and is nowhere on disk or in the log", async () => {
    const model = await startModel();
    const server = await start({ env: askedAt(model) });
    const { evaluations, spend } = server.store;
    const own = await evaluate(server, items(3), ["coherence"], { openai_api_key: senderKey });
    expect(await waitForRun(evaluations, own)).toMatchObject({
      status: "completed",
      usage: { inputTokens: 300, outputTokens: 30 },
    });
    expect(keysSentTo(model)).toEqual(new Set([`Bearer ${senderKey}`]));
    expect(await spend.readSpend({ day: Math.floor(Date.now() / 86_400_000) })).toEqual([]);
    const files = readdirSync(server.dataDir).map((name) => readFileSync(join(server.dataDir, name), "latin1"));
    expect(files.filter((text) => text.includes(senderKey))).toEqual([]);
    expect(JSON.stringify(server.logger.lines)).not.toContain(senderKey);
  });

  it("ends the run at once when the endpoint refuses it, without telling it", async () => {
    const model = await startModel(() => ({ status: 401, body: { error: { message: `bad key ${senderKey}` } } }));
    const server = await start({ env: askedAt(model) });
    const run = await evaluate(server, items(30), ["coherence"], { openai_api_key: senderKey });
    const { status, error } = await waitForRun(server.store.evaluations, run);
    expect(status).toBe("failed");
    expect(error).toMatch(/could not be asked with the key that was sent: .*401.*\[key\]/);
    expect(error).not.toContain(senderKey);
  });

  it("is gone after a restart: the run ends, and says what to do", { timeout: 40_000 }, async () => {
    const model = await startModel(() => ({ hang: true }));
    const dataDir = sharedFolder();
    const first = await startTestServer({ dataDir, env: askedAt(model) });
    const run = await evaluate(first, items(3), ["coherence"], { openai_api_key: senderKey });
    await expect.poll(() => model.requests.length, { timeout: 5000 }).toBeGreaterThan(0);
    await first.stop();
    const asked = model.requests.length;
    const { store } = await start({ dataDir, env: askedAt(model) });
    expect(await waitForRun(store.evaluations, run)).toMatchObject({ status: "failed", error: /send the run again/ });
    expect(model.requests).toHaveLength(asked);
  });
});

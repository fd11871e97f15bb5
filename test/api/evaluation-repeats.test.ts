/** Requests for runs that are sent again, or that find no place to wait: one run is one run, and is paid for once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { jobSchema, runPageSchema, runSchema } from "../../src/api/evaluation-contract.ts";
import { authInfoSchema } from "../../src/api/evaluation-project-contract.ts";
import { eventStreamDefaults } from "../../src/api/event-stream.ts";
import { runKeyOf } from "../../src/api/evaluation/repeated-run.ts";
import type { Redactor } from "../../src/redaction/redactor.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { attributes, modelCall } from "../support/agent-spans.ts";
import { ask } from "./api-server.ts";
import { type EvaluationApi, type EvaluationApiOptions, startEvaluationApi } from "./evaluation-api.ts";

const redactor: Redactor = {
  text: (text) => text.replaceAll(/[ab]@example.com/g, "[EMAIL]"),
  value: (value) => value,
  key: (key) => key,
};

let shared: EvaluationApi;
let api: EvaluationApi;
beforeAll(async () => void (shared = await startEvaluationApi({ api: { redactors: [redactor] } })));
beforeEach(() => void (api = shared));
afterEach(async () => {
  if (api !== shared) await api.close();
});
afterAll(async () => shared.close());
/** For one test. */
const started = async (options: EvaluationApiOptions) => void (api = await startEvaluationApi(options));

const one = { dataset: [{ input: "a", output: "b", expected: "b" }], metrics: ["equals"] };
const send = async (key: string, body: unknown, path = "/v2/evaluate") =>
  ask(api, path, { body, headers: { "idempotency-key": key } });
const runs = async () => (await api.get("/v2/evaluate/runs", runPageSchema)).total;
const used = async () => (await api.get("/v2/auth/check", authInfoSchema)).usage.evaluations;
const counts = async () => [await runs(), await used()];

describe("an idempotency key", () => {
  it("has a request for a run answered the same way again", async () => {
    await started({ limits: { evaluationsPerMonth: 1 } });
    const first = await send("k", one);
    // Also when that was the last evaluation of the month, and whatever wait or key it comes with.
    const again = await send("k", { ...one, mode: "async", wait: 3, openai_api_key: "sk-other" });
    expect([first.status, first.headers["idempotency-replayed"]]).toEqual([200, undefined]);
    expect([again.status, again.headers["idempotency-replayed"], again.text]).toEqual([200, "true", first.text]);
    expect(await counts()).toEqual([1, 1]);
  });

  it("makes one run of twins that come together, and keeps the items of one", async () => {
    const before = await counts();
    const answers = await Promise.all(Array.from({ length: 6 }, async () => send("twins", one)));
    expect(new Set(answers.map(({ text }) => runSchema.parse(JSON.parse(text)).run_id)).size).toBe(1);
    expect(await counts()).toEqual(before.map((count) => count + 1));
    const { id } = runSchema.parse(JSON.parse(answers[0]?.text ?? ""));
    expect((await ask(api, `/v2/evaluate/runs/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await send("twins", one)).headers["idempotency-replayed"]).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ["other items", { ...one, dataset: [{ input: "a", output: "c" }] }, "/v2/evaluate"],
    ["another name", { ...one, run_name: "other" }, "/v2/evaluate"],
    ["sessions", { metrics: ["equals"] }, "/v2/evaluate/sessions"],
  ])("is refused for %s", async (what, body, path) => {
    await send(what.replaceAll(" ", "-"), one);
    const before = await counts();
    const { status, json } = await send(what.replaceAll(" ", "-"), body, path);
    expect([status, json?.code]).toEqual([422, "idempotency_conflict"]);
    expect(await counts()).toEqual(before);
  });

  it("knows a trace that is sent again", async () => {
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "ho" },
    ];
    const body = { trace: { messages }, metrics: ["contains"] };
    const [first, again] = [await send("t", body, "/v2/evaluate/trace"), await send("t", body, "/v2/evaluate/trace")];
    expect([again.status, again.text]).toEqual([200, first.text]);
  });

  it("knows whether sessions are chosen in the same way", () => {
    const digestOf = (query: object) => runKeyOf({ headers: { "idempotency-key": "k" }, query }, {}, {})?.digest;
    const choices = [
      { metadata: new Map([["tier", "gold"]]) },
      { metadata: new Map([["tier", "silver"]]) },
      { from: new Date(1) },
      { from: new Date(2) },
      {},
    ];
    expect(new Set(choices.map(digestOf)).size).toBe(choices.length);
    expect(digestOf({ from: new Date(1) })).toBe(digestOf({ from: new Date(1) }));
  });

  it("is 1 to 255 visible characters", async () => {
    const before = await runs();
    expect(await send("a b", one)).toMatchObject({ status: 400, json: { code: "invalid_request" } });
    expect(await runs()).toBe(before);
  });

  it("tells nothing of what is redacted", async () => {
    const ofWhom = (address: string) => ({ ...one, dataset: [{ input: address, output: "b" }] });
    const first = await send("redacted", ofWhom("a@example.com"));
    const other = await send("redacted", ofWhom("b@example.com"));
    expect([first.status, other.status, other.text]).toEqual([200, 200, first.text]);
  });
});

describe("a run that was started", () => {
  it("is told of as a job when there is no place to wait for it", async () => {
    await started({ api: { eventStreams: { ...eventStreamDefaults, limit: 0 } } });
    const { status, text } = await ask(api, "/v2/evaluate", { body: one });
    expect(status).toBe(202);
    expect(jobSchema.parse(JSON.parse(text)).total_items).toBe(1);
    expect(await runs()).toBe(1);
  });

  it("is not, for who goes before its items are read; and that is no failure", async () => {
    const span = modelCall([{ role: "user", content: "x".repeat(5000) }], {
      attributes: attributes({ "gen_ai.output.messages": "answer" }),
    });
    const body = JSON.stringify(toJsonRequest(Array.from({ length: 1000 }, () => span)));
    const before = await runs();
    const left = AbortSignal.timeout(50);
    const headers = { "content-type": "application/json" };
    const url = `${api.url}/v2/evaluate/otlp?metrics=contains`;
    await expect(fetch(url, { method: "POST", body, headers, signal: left })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    // It is read after that one.
    const next = await fetch(url, { method: "POST", body: "{}", headers });
    expect(next.status).toBe(400);
    expect(await runs()).toBe(before);
    expect(api.log.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("counts, and one that could not be started does not", async () => {
    await started({});
    const { status } = await ask(api, "/v2/evaluate", { body: one });
    expect([status, await used()]).toEqual([200, 1]);
    Object.assign(api.store.evaluations, { createRun: async () => undefined });
    const refused = await ask(api, "/v2/evaluate", { body: one });
    expect([refused.status, await used()]).toEqual([404, 1]);
  });
});

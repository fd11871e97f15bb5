/** How much may be asked and evaluated: VQ-19. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { runPageSchema, runSchema } from "../../src/api/evaluation-contract.ts";
import { authInfoSchema } from "../../src/api/evaluation-project-contract.ts";
import { bearerTokenAuth } from "../../src/extensions/bearer-token-auth.ts";
import type { Authenticator } from "../../src/component/extension.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { ask } from "./api-server.ts";
import { type EvaluationApi, type EvaluationApiOptions, startEvaluationApi } from "./evaluation-api.ts";

let api: EvaluationApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});
const started = async (options: EvaluationApiOptions): Promise<EvaluationApi> =>
  (api = await startEvaluationApi(options));

const one = { dataset: [{ input: "a", output: "b", expected: "b" }], metrics: ["equals"] };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

function twoProjects(): Authenticator {
  const config = bearerTokenAuth.configSchema.parse({
    tokens: [
      { token: "of-a", project: "a" },
      { token: "of-b", project: "b" },
    ],
  });
  const context = { id: "bearertokenauth", logger: recordingLogger(), telemetry: { count() {}, gauge() {} } };
  return bearerTokenAuth.create(config, { ...context, isReady: () => true, ...noNeeds }) as Authenticator;
}

describe("requests", () => {
  it("VQ-19: are counted by the minute, and told in headers", async () => {
    const server = await started({ limits: { requestsPerMinute: 2 } });
    const first = await ask(server, "/v2/projects");
    expect(first.headers).toMatchObject({ "x-ratelimit-limit": "2", "x-ratelimit-remaining": "1" });
    const seconds = Number(first.headers["x-ratelimit-reset"]);
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    // What is refused counts, too.
    expect((await ask(server, "/v2/evaluate", { body: {} })).headers["x-ratelimit-remaining"]).toBe("0");
    const refused = await ask(server, "/v2/projects");
    expect([refused.status, refused.json?.code]).toEqual([429, "rate_limited"]);
    expect(refused.headers).toMatchObject({ "x-ratelimit-limit": "2", "x-ratelimit-remaining": "0" });
    const wait = Number(refused.headers["retry-after"]);
    expect(wait).toBeGreaterThan(0);
    expect(refused.json?.retry_after).toBe(wait);
  });

  it("are counted under /v2 only", async () => {
    const server = await started({ limits: { requestsPerMinute: 1 } });
    for (let count = 0; count < 3; count++) {
      const { status, headers } = await ask(server, "/api/v1/sessions");
      expect([status, headers["x-ratelimit-limit"]]).toEqual([200, undefined]);
    }
    expect((await ask(server, "/v2/projects")).status).toBe(200);
  });

  it("are counted for each project by itself, and not for strangers", async () => {
    const server = await started({ limits: { requestsPerMinute: 1 }, api: { authenticator: twoProjects() } });
    for (let count = 0; count < 3; count++) expect((await ask(server, "/v2/projects")).status).toBe(401);
    expect((await ask(server, "/v2/projects", { headers: bearer("of-a") })).status).toBe(200);
    expect((await ask(server, "/v2/projects", { headers: bearer("vq_of-a") })).status).toBe(429);
    expect((await ask(server, "/v2/projects", { headers: bearer("of-b") })).status).toBe(200);
  });
});

describe("the quota of a month", () => {
  it("VQ-19: of evaluations ends with an error that says how many there may be", async () => {
    const server = await started({ limits: { evaluationsPerMonth: 2 }, api: { authenticator: twoProjects() } });
    const [ours, theirs] = [bearer("of-a"), bearer("of-b")];
    await server.post("/v2/evaluate", one, runSchema, ours);
    // What is refused for another reason is not counted.
    expect((await ask(server, "/v2/evaluate", { body: { ...one, metrics: ["x"] }, headers: ours })).status).toBe(400);
    await server.post("/v2/evaluate", one, runSchema, ours);
    const refused = await ask(server, "/v2/evaluate", { body: one, headers: ours });
    expect(refused.status).toBe(429);
    expect(refused.json).toMatchObject({
      code: "quota_exceeded",
      service: "evaluations",
      current_usage: 2,
      quota_limit: 2,
      retry_after: Number(refused.headers["retry-after"]),
    });
    const now = new Date();
    const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
    expect(refused.json?.retry_after).toBeCloseTo((next - now.getTime()) / 1000, -1);
    expect((await server.get("/v2/auth/check", authInfoSchema, ours)).usage.evaluations).toBe(2);
    await server.post("/v2/evaluate", one, runSchema, theirs);
  });

  it("VQ-19: of tokens likewise", async () => {
    const server = await started({ limits: { tokensPerMonth: 1000 } });
    const month = new Date().toISOString().slice(0, 7);
    await server.store.evaluations.countUse("default", { month, evaluations: 0, tokens: 999 });
    await server.post("/v2/evaluate", one, runSchema);
    await server.store.evaluations.countUse("default", { month, evaluations: 0, tokens: 1 });
    const { status, json } = await ask(server, "/v2/evaluate", { body: one });
    expect(status).toBe(429);
    expect(json).toMatchObject({ service: "tokens", current_usage: 1000, quota_limit: 1000 });
  });

  it("is not exceeded by requests that come at once", async () => {
    const server = await started({ limits: { evaluationsPerMonth: 3 } });
    const body = { ...one, mode: "async" };
    const answers = await Promise.all(Array.from({ length: 10 }, async () => ask(server, "/v2/evaluate", { body })));
    const begun = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status, json }) => status === 429 && json?.code === "quota_exceeded");
    expect([begun.length, refused.length]).toEqual([3, 7]);
    expect((await server.get("/v2/auth/check", authInfoSchema)).usage.evaluations).toBe(3);
  });
});

describe("what waits for its result", () => {
  it("does not hold the place that large bodies wait for", async () => {
    const server = await started({ isIdle: true, api: { largeBodies: { places: 1, waiting: 0 } } });
    const large = { ...one, dataset: [{ input: "a".repeat(400_000), output: "b" }] };
    const waiting = ask(server, "/v2/evaluate", { body: { ...large, wait: 5 } });
    await until(async () => (await server.get("/v2/evaluate/runs", runPageSchema)).total === 1);
    const messages = [{ role: "user", content: "a".repeat(400_000) }];
    expect((await ask(server, "/api/v1/traces", { body: { messages } })).status).toBe(201);
    const [run] = (await server.get("/v2/evaluate/runs", runPageSchema)).runs;
    await server.store.evaluations.cancelRun({ project: "default", id: run?.id ?? "" });
    expect(runSchema.parse(JSON.parse((await waiting).text)).status).toBe("cancelled");
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

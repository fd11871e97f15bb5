/** Who asks, evaluation projects and metrics, over real HTTP: VQ-13, VQ-14, VQ-15, VQ-17, VQ-18. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSchema } from "../../src/api/evaluation-contract.ts";
import {
  authInfoSchema,
  metricTemplatesSchema,
  projectMetricsSchema,
  projectPageSchema,
  projectSchema,
} from "../../src/api/evaluation-project-contract.ts";
import { ask } from "./api-server.ts";
import { type EvaluationApi, startEvaluationApi } from "./evaluation-api.ts";

let api: EvaluationApi;
beforeAll(async () => {
  api = await startEvaluationApi({ limits: { evaluationsPerMonth: 500 } });
});
afterAll(async () => api.close());

const dataset = [{ input: "2 + 2?", output: "4", expected: "4" }];
const put = async (project: string, body: object) =>
  ask(api, `/v2/projects/${project}/metrics`, { method: "PUT", body });

describe("the caller", () => {
  it("VQ-15: is told whose key it is, and how much may be evaluated and was", async () => {
    const before = await api.get("/v2/auth/check", authInfoSchema);
    await api.post("/v2/evaluate", { dataset, metrics: ["equals"] }, runSchema);
    expect(await api.get("/v2/auth/check", authInfoSchema)).toEqual({
      valid: true,
      user_id: null,
      org_id: "default",
      org_name: null,
      plan: null,
      limits: {
        requests_per_minute: 10_000,
        evaluations_per_month: 500,
        tokens_per_month: null,
        max_dataset_bytes: 2 ** 28,
        max_dataset_items: 100_000,
      },
      usage: {
        month: new Date().toISOString().slice(0, 7),
        evaluations: before.usage.evaluations + 1,
        tokens: 0,
      },
    });
  });
});

describe("metrics", () => {
  it("VQ-13, VQ-17: are four that ask no model and thirteen that do, each with what it means", async () => {
    const { metrics, total } = await api.get("/v2/evaluate/metrics/templates", metricTemplatesSchema);
    expect([total, metrics.length]).toEqual([17, 17]);
    expect(metrics.filter(({ asks_model: asks }) => !asks).map(({ key }) => key)).toEqual([
      "contains",
      "equals",
      "regex_match",
      "levenshtein",
    ]);
    for (const { definition, display_name: name } of metrics) expect(`${name}: ${definition}`).toMatch(/^\w.*: \S/);
    expect(metrics.find(({ key }) => key === "hallucination")).toMatchObject({
      higher_is_better: true,
      value_type: "numeric",
    });
  });
});

describe("projects", () => {
  it("VQ-14: are made when they are first named, by a run or by themselves, and once", async () => {
    const run = await api.post("/v2/evaluate", { dataset, metrics: ["equals"], project_name: "by a run" }, runSchema);
    const found = await api.get(`/v2/projects/${encodeURIComponent("by a run")}`, projectSchema);
    expect(found).toMatchObject({ id: run.project_id, name: "by a run", key: null, model_name: null });
    expect(await api.get(`/v2/projects/${run.project_id}`, projectSchema)).toEqual(found);
    expect(await api.post("/v2/projects", { name: "by a run" }, projectSchema)).toEqual(found);
    const { projects, total } = await api.get("/v2/projects?page_size=1000", projectPageSchema);
    expect(projects.filter(({ name }) => name === "by a run")).toEqual([found]);
    expect(total).toBe(projects.length);
  });

  it.each([
    ["no name", {}],
    ["an empty name", { name: "  " }],
    ["a name too long", { name: "x".repeat(201) }],
    ["a name that is none", { name: 7 }],
    ["an unknown key", { name: "x", color: "red" }],
  ])("refuses %s", async (_, body) => {
    expect((await ask(api, "/v2/projects", { body })).status).toBe(400);
  });

  it("VQ-13, VQ-18: have metrics, weights and a threshold, which count for runs that name none", async () => {
    await api.post("/v2/projects", { name: "weighed" }, projectSchema);
    expect(await api.get("/v2/projects/weighed/metrics", projectMetricsSchema)).toMatchObject({
      metrics: [],
      weights: {},
      threshold: 0.7,
    });
    const { status, text } = await put("weighed", {
      metrics: [{ key: "contains", weight: 3 }, "equals"],
      threshold: 0.9,
    });
    expect(status).toBe(200);
    const saved = projectMetricsSchema.parse(JSON.parse(text));
    expect(saved.metrics.map(({ key, weight }) => [key, weight])).toEqual([
      ["contains", 3],
      ["equals", 1],
    ]);
    expect(await api.get("/v2/projects/weighed/metrics", projectMetricsSchema)).toEqual(saved);

    const wrong = [{ input: "2 + 2?", output: "it is 4", expected: "4" }];
    const run = await api.post("/v2/evaluate", { dataset: wrong, project_name: "weighed" }, runSchema);
    expect(run).toMatchObject({ overall_score: 0.75, threshold: 0.9, quality_grade: "F" });
    expect(run.insights.map(({ metric }) => metric)).toEqual(["equals"]);
    const own = await api.post(
      "/v2/evaluate",
      { dataset: wrong, project_name: "weighed", threshold: 0.7, metrics: ["contains"] },
      runSchema,
    );
    expect(own).toMatchObject({ overall_score: 1, threshold: 0.7, quality_grade: "A", insights: [] });
  });

  it("VQ-18: what a setting does not name stays as it is", async () => {
    await api.post("/v2/projects", { name: "partly" }, projectSchema);
    await put("partly", { metrics: ["equals"], weights: { contains: 2 }, threshold: 0.5 });
    await put("partly", { threshold: 0.6 });
    expect(await api.get("/v2/projects/partly/metrics", projectMetricsSchema)).toMatchObject({
      metrics: [{ key: "equals", weight: 1 }],
      weights: { contains: 2 },
      threshold: 0.6,
    });
    await put("partly", { metrics: [], weights: {} });
    expect(await api.get("/v2/projects/partly/metrics", projectMetricsSchema)).toMatchObject({
      metrics: [],
      weights: {},
    });
  });

  it.each([
    [{ metrics: ["equal"] }, 'did you mean "equals"'],
    [{ weights: { coherent: 1 } }, '"coherent"'],
    [{ weights: { __proto__: null, equals: 0 } }, "from 0.001"],
    [{ metrics: ["equals", "equals"] }, "more than once"],
    [{ threshold: -1 }, '"threshold"'],
    [{ thresholds: 0.5 }, '"thresholds"'],
  ])("refuses the settings %j", async (body, expected) => {
    await api.post("/v2/projects", { name: "strict" }, projectSchema);
    const { status, json } = await put("strict", body);
    expect(status).toBe(400);
    expect(json?.detail).toContain(expected);
  });

  it("has none of that id or name", async () => {
    for (const path of ["/v2/projects/none", "/v2/projects/none/metrics"])
      expect((await ask(api, path)).json).toEqual({
        detail: "there is no project with this id or name",
        code: "not_found",
      });
    expect((await put("none", { threshold: 0.5 })).status).toBe(404);
  });
});

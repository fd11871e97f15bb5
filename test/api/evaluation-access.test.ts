/** Nobody finds what another project has evaluated. Generated from the route table, so that no route is forgotten. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSchema } from "../../src/api/evaluation-contract.ts";
import { routes } from "../../src/api/routes.ts";
import { ask } from "./api-server.ts";
import { accountsWith } from "./account-caller.ts";
import { type EvaluationApi, startEvaluationApi } from "./evaluation-api.ts";

const ours = { "x-api-key": "ours" };
const theirs = { "x-api-key": "theirs" };
const secret = "only-we-know-this";

let api: EvaluationApi;
/** By what a path calls it. */
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  api = await startEvaluationApi({ api: { authenticator: accountsWith() } });
  const dataset = [{ id: secret, input: secret, output: secret, expected: secret }];
  const body = { dataset, metrics: ["equals"], project_name: secret, run_name: secret };
  const run = await api.post("/v2/evaluate", body, runSchema, ours);
  ids = { run: run.id, job: run.id, item: "0", evaluation_project: run.project_id, dataset: run.dataset_id };
});
afterAll(async () => api.close());

const evaluating = routes
  .filter(({ path }) => path.startsWith("/v2/"))
  .map((route) => ({ ...route, name: `${route.method} ${route.path}` }));
const withId = evaluating.filter(({ path }) => path.includes(":"));
const pathOf = (path: string) => path.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? "unknown");

describe("what another project has evaluated", () => {
  it.each(withId)("is not found by $name", async ({ method, path, body }) => {
    const answer = await ask(api, pathOf(path), { method: method.toUpperCase(), headers: theirs, body: body && {} });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain(secret);
  });

  it.each(evaluating.filter(({ method, path }) => method === "get" && !path.includes(":")))(
    "is in no answer of $name",
    async ({ path }) => {
      const query = path.endsWith("/compare") ? `?run_ids=${ids["run"]}&run_ids=x` : "";
      const { text } = await ask(api, `${path}${query}`, { headers: theirs });
      expect(text).not.toContain(secret);
      expect(text).not.toContain(ids["evaluation_project"]);
    },
  );

  it("cannot be evaluated, nor is a name taken by it", async () => {
    const body = { dataset_id: ids["dataset"], metrics: ["equals"] };
    expect((await ask(api, "/v2/evaluate", { body, headers: theirs })).status).toBe(404);
    const own = { dataset: [{ input: "a", output: "a", expected: "a" }], metrics: ["equals"], project_name: secret };
    const run = await api.post("/v2/evaluate", own, runSchema, theirs);
    expect(run.project_id).not.toBe(ids["evaluation_project"]);
    expect(
      (await ask(api, "/v2/failure-analysis/analyze", { body: { run_id: ids["run"] }, headers: theirs })).status,
    ).toBe(404);
  });

  it("is there for its own", async () => {
    expect((await ask(api, `/v2/evaluate/runs/${ids["run"]}/items/0`, { headers: ours })).text).toContain(secret);
  });
});

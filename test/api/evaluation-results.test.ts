/** What several runs show together, over real HTTP: VQ-11, VQ-12. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSchema, type RunDetail } from "../../src/api/evaluation-contract.ts";
import { comparisonSchema, trendsSchema } from "../../src/api/evaluation-results-contract.ts";
import { ask } from "./api-server.ts";
import { type EvaluationApi, startEvaluationApi } from "./evaluation-api.ts";

let api: EvaluationApi;
beforeAll(async () => {
  api = await startEvaluationApi();
});
afterAll(async () => api.close());

/** Twenty items, of which these are answered wrongly. */
const datasetWith = (wrong: readonly number[], from = 0) =>
  Array.from({ length: 20 }, (_, at) => ({
    id: `item ${at + from}`,
    input: "q",
    output: wrong.includes(at) ? "no" : "yes",
    expected: "yes",
  }));

const run = async (wrong: readonly number[], fields: object = {}): Promise<RunDetail> =>
  api.post("/v2/evaluate", { dataset: datasetWith(wrong), metrics: ["equals"], ...fields }, runSchema);

const today = () => new Date().toISOString().slice(0, 10);

describe("trends", () => {
  it("VQ-11: gives for each day and metric the mean of the runs that ended on it", async () => {
    await run([0, 1], { project_name: "trending" });
    await run([], { project_name: "trending", metrics: ["equals", "contains"] });
    const { trends, from, to } = await api.get(
      "/v2/evaluate/trends?project_name=trending&metric=equals&metric=overall&days=7",
      trendsSchema,
    );
    expect(to).toBe(today());
    expect(Date.parse(to) - Date.parse(from)).toBe(6 * 24 * 3600 * 1000);
    expect(trends).toHaveLength(2);
    expect(trends).toEqual(
      expect.arrayContaining([
        { date: today(), metric: "equals", score: 0.95, run_count: 2 },
        { date: today(), metric: "overall", score: 0.95, run_count: 2 },
      ]),
    );
  });

  it("gives the overall score where nothing else is asked for, of one project or of all", async () => {
    await run([0], { project_name: "alone" });
    const { trends } = await api.get("/v2/evaluate/trends?project_name=alone", trendsSchema);
    expect(trends).toEqual([{ date: today(), metric: "overall", score: 0.95, run_count: 1 }]);
    const all = await api.get(`/v2/evaluate/trends?from=${today()}&to=${today()}`, trendsSchema);
    expect(all.trends[0]?.run_count).toBeGreaterThan(1);
    expect((await api.get("/v2/evaluate/trends?from=2020-01-01&to=2020-02-01", trendsSchema)).trends).toEqual([]);
  });

  it.each([
    ["?metric=equal", 400, 'did you mean "equals"'],
    ["?from=2026-02-01&to=2026-01-01", 400, '"from" is later'],
    ["?from=yesterday", 400, '"from"'],
    ["?to=0000-01-01&days=3660", 400, '"to": must not be before 2000'],
    ["?days=0", 400, '"days"'],
    ["?project_name=none", 404, "no project"],
  ])("refuses %s", async (query, status, expected) => {
    const answer = await ask(api, `/v2/evaluate/trends${query}`);
    expect(answer.status).toBe(status);
    expect(answer.json?.detail).toContain(expected);
  });
});

describe("comparisons", () => {
  it("VQ-12: puts runs beside the first of them, with differences and what is more than chance", async () => {
    const before = await run([]);
    const after = await run([0, 1, 2, 3, 4, 5, 6, 7]);
    const compared = await api.get(`/v2/evaluate/compare?run_ids=${before.id}&run_ids=${after.id}`, comparisonSchema);
    expect(compared.baseline_run_id).toBe(before.id);
    expect(compared.overall_scores).toEqual([1, 0.6]);
    expect(compared.runs).toEqual([before, after]);
    expect(compared.metrics).toHaveLength(1);
    const [equals] = compared.metrics;
    expect(equals).toMatchObject({ metric_id: "equals", metric_key: "equals", metric_name: "Equals" });
    expect(equals?.values).toEqual({ [before.id]: 1, [after.id]: 0.6 });
    expect(equals?.differences[after.id]).toBeCloseTo(-0.4);
    const paired = equals?.paired[after.id];
    expect(paired).toMatchObject({ pairs: 20, significant: true });
    expect(paired?.mean_difference).toBeCloseTo(-0.4);
    expect(paired?.interval?.map((end) => end < 0)).toEqual([true, true]);
    expect(compared.overall.metric_key).toBe("overall");
    expect(compared.overall.differences[after.id]).toBeCloseTo(-0.4);
    expect(compared.items).toHaveLength(1);
    expect(compared.items[0]).toMatchObject({
      run_id: after.id,
      regressed: { count: 8 },
      improved: { count: 0, items: [] },
      missing: { count: 0 },
    });
    expect(compared.items[0]?.regressed.items[0]).toEqual({ key: "item 0", before: 1, after: 0, difference: -1 });
  });

  it("VQ-12: takes another baseline, runs with other items and other metrics, up to five", async () => {
    const runs = [await run([0]), await run([0, 1]), await run([1]), await run([])];
    const other = await run([], { dataset: datasetWith([0], 15), metrics: ["contains"] });
    const ids = [...runs, other].map(({ id }) => id);
    const query = ids.map((id) => `run_ids=${id}`).join("&");
    const compared = await api.get(`/v2/evaluate/compare?${query}&baseline=${ids[2]}`, comparisonSchema);
    expect(compared.baseline_run_id).toBe(ids[2]);
    expect(compared.metrics.map(({ metric_key, values }) => [metric_key, Object.keys(values)])).toEqual([
      ["equals", ids.slice(0, 4)],
      ["contains", [other.id]],
    ]);
    const beside = compared.items.find(({ run_id }) => run_id === other.id);
    expect([beside?.missing.count, beside?.added.count, beside?.regressed.count]).toEqual([15, 15, 1]);
  });

  it("refuses other than two to five runs, a run twice, a baseline of none, and runs that are not there", async () => {
    const { id } = await run([]);
    const nowhere = "0".repeat(32);
    const six = Array.from({ length: 6 }, (_, at) => `run_ids=${at}`).join("&");
    for (const [query, status, expected] of [
      ["", 400, "2 to 5 runs"],
      [`?run_ids=${id}`, 400, "2 to 5 runs"],
      [`?${six}`, 400, "2 to 5 runs"],
      [`?run_ids=${id}&run_ids=${id}`, 400, "twice"],
      [`?run_ids=${id}&run_ids=${nowhere}&baseline=x`, 400, '"baseline"'],
      [`?run_ids=${id}&run_ids=${nowhere}`, 404, nowhere],
    ] as const) {
      const answer = await ask(api, `/v2/evaluate/compare${query}`);
      expect([query, answer.status]).toEqual([query, status]);
      expect(answer.json?.detail).toContain(expected);
    }
  });
});

/** Runs: listed, looked at, removed. Source: VQ-4, VQ-8 */
import { ApiError, runNotFound } from "../api-error.ts";
import { projectFilter, requireRun, runRefOf } from "../evaluation/find-evaluation.ts";
import { toRunDetail, toRunMetric } from "../evaluation/run-detail.ts";
import { runMetricsSchema, runPageSchema, runQuerySchema, runSchema } from "../evaluation-contract.ts";
import { defineRoute } from "../route.ts";

export const listRuns = defineRoute({
  method: "get",
  path: "/v2/evaluate/runs",
  access: "read",
  query: runQuerySchema,
  operation: {
    id: "listRuns",
    summary: "Runs, newest first.",
    reply: { status: 200, schema: runPageSchema },
    errors: [404],
  },
  async answer({ ref: { project }, query }, { store: { evaluations }, evaluation }) {
    const { page, page_size: pageSize, status } = query;
    const { found, total } = await evaluations.findRuns({
      project,
      page,
      pageSize,
      ...(status === undefined ? {} : { status }),
      ...(await projectFilter(evaluations, project, query)),
    });
    const runs = found.map((run) => toRunDetail(run, evaluation?.waitingOf({ project, id: run.id })));
    return { status: 200, body: { runs, total, page, page_size: pageSize } };
  },
});

export const getRun = defineRoute({
  method: "get",
  path: "/v2/evaluate/runs/:run",
  access: "read",
  operation: {
    id: "getRun",
    summary: "A run and what it came to, so far.",
    reply: { status: 200, schema: runSchema },
  },
  async answer(call, { store, evaluation }) {
    const ref = runRefOf(call);
    const run = await requireRun(store.evaluations, ref);
    return { status: 200, body: toRunDetail(run, evaluation?.waitingOf(ref)) };
  },
});

export const deleteRun = defineRoute({
  method: "delete",
  path: "/v2/evaluate/runs/:run",
  access: "write",
  operation: {
    id: "deleteRun",
    summary: "Removes a run with its scores, and with its items when they were sent with it.",
    reply: { status: 204 },
    errors: [409],
  },
  async answer(call, { store }) {
    const deleted = await store.evaluations.deleteRun(runRefOf(call));
    if (deleted === "missing") throw runNotFound();
    if (deleted === "running")
      throw new ApiError(409, "run_active", "the run has not ended; cancel it first, or wait for it");
    return { status: 204 };
  },
});

export const getRunMetrics = defineRoute({
  method: "get",
  path: "/v2/evaluate/runs/:run/metrics",
  access: "read",
  operation: {
    id: "getRunMetrics",
    summary: "What each metric of a run came to.",
    reply: { status: 200, schema: runMetricsSchema },
  },
  async answer(call, { store }) {
    const { id, metrics } = await requireRun(store.evaluations, runRefOf(call));
    return { status: 200, body: { run_id: id, metrics: metrics.map(toRunMetric) } };
  },
});

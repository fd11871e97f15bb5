/** What several runs show together: how scores went from day to day, and runs beside each other. Source: VQ-11, VQ-12 */
import { compareEvaluationRuns } from "../../evaluation/run-results/compare-evaluation-runs.ts";
import type { TrendQuery } from "../../component/evaluations.ts";
import { ApiError } from "../api-error.ts";
import { toComparison } from "../evaluation/comparison-detail.ts";
import { projectFilter } from "../evaluation/find-evaluation.ts";
import { requireReadable } from "../evaluation/require-readable.ts";
import { requireKnown } from "../evaluation/require-metrics.ts";
import {
  compareQuerySchema,
  comparisonSchema,
  trendQuerySchema,
  type TrendQueryWish,
  trendsSchema,
} from "../evaluation-results-contract.ts";
import { defineRoute } from "../route.ts";

const DAY_MS = 24 * 3600 * 1000;

export const getTrends = defineRoute({
  method: "get",
  path: "/v2/evaluate/trends",
  access: "read",
  query: trendQuerySchema,
  lists: ["metric"],
  operation: {
    id: "getTrends",
    summary: "Mean scores of the runs that were completed on each day.",
    reply: { status: 200, schema: trendsSchema },
    errors: [404],
  },
  async answer({ ref: { project }, query }, { store: { evaluations } }) {
    const { metric: metrics } = query;
    requireKnown((metrics ?? []).filter((key) => key !== "overall"));
    const span = spanOf(query, new Date());
    const points = await evaluations.readTrends({
      project,
      ...span,
      ...(metrics === undefined ? {} : { metrics }),
      ...(await projectFilter(evaluations, project, query)),
    });
    const trends = points.map(({ day, metric, score, runs }) => ({ date: day, metric, score, run_count: runs }));
    return { status: 200, body: { trends, from: dayOf(span.from), to: dayOf(new Date(span.to.getTime() - DAY_MS)) } };
  },
});

/** Throws 400 for days in the wrong order. */
function spanOf({ from, to, days }: TrendQueryWish, now: Date): Pick<TrendQuery, "from" | "to"> {
  const last = Date.parse(to ?? dayOf(now));
  const first = from === undefined ? last - (days - 1) * DAY_MS : Date.parse(from);
  if (first > last) throw new ApiError(400, "invalid_request", '"from" is later than "to"');
  return { from: new Date(first), to: new Date(last + DAY_MS) };
}

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

export const compareRuns = defineRoute({
  method: "get",
  path: "/v2/evaluate/compare",
  access: "read",
  query: compareQuerySchema,
  lists: ["run_ids"],
  operation: {
    id: "compareRuns",
    summary:
      "Two to five runs beside one of them: metrics, whether they differ by more than chance, and items that fell or rose.",
    reply: { status: 200, schema: comparisonSchema },
    errors: [404],
  },
  async answer({ ref: { project }, query: { run_ids: ids, baseline = ids[0] ?? "" } }, { store: { evaluations } }) {
    if (!ids.includes(baseline)) throw new ApiError(400, "invalid_request", '"baseline" is not one of "run_ids"');
    for (const id of ids) requireReadable(requireFound(await evaluations.getRun({ project, id }), id));
    const values = await Promise.all(
      ids.map(async (id) => requireFound(await evaluations.readRunValues({ project, id }), id)),
    );
    const comparison = compareEvaluationRuns(values, baseline);
    return {
      status: 200,
      body: toComparison(
        values.map(({ run }) => run),
        comparison,
      ),
    };
  },
});

/** Of several it says which. */
function requireFound<Found>(found: Found | undefined, id: string): Found {
  if (found !== undefined) return found;
  throw new ApiError(404, "not_found", `there is no run with the id ${JSON.stringify(id)}`);
}

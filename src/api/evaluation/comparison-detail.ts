/** A comparison of runs as the wire has it. Pure. */
import type {
  EvaluationComparison,
  ItemDifference,
  ItemsBesideBaseline,
  MetricComparison,
} from "../../evaluation/run-results/compare-evaluation-runs.ts";
import { metricOf } from "../../evaluation/item-metrics/item-metrics.ts";
import type { EvaluationRun } from "../../model/evaluation.ts";
import type { ComparedMetricDetail, ComparisonDetail, ItemComparisonDetail } from "../evaluation-results-contract.ts";
import { toRunDetail } from "./run-detail.ts";

export const toComparison = (runs: readonly EvaluationRun[], comparison: EvaluationComparison): ComparisonDetail => ({
  runs: runs.map((run) => toRunDetail(run)),
  baseline_run_id: comparison.baselineId,
  overall_scores: runs.map(({ overallScore }) => overallScore),
  overall: toMetric(comparison.overall),
  metrics: comparison.metrics.map(toMetric),
  items: comparison.items.map(toItems),
});

const toMetric = ({ key, values, differences, paired }: MetricComparison): ComparedMetricDetail => ({
  metric_id: key,
  metric_key: key,
  metric_name: key === "overall" ? "Overall" : (metricOf(key)?.displayName ?? key),
  values: Object.fromEntries(values),
  differences: Object.fromEntries(differences),
  paired: Object.fromEntries(
    Array.from(paired, ([run, { n, mean, interval, isSignificant }]) => [
      run,
      {
        pairs: n,
        mean_difference: mean,
        interval: interval === undefined ? null : [interval[0], interval[1]],
        significant: isSignificant,
      },
    ]),
  ),
});

const toItems = ({ runId, regressed, improved, missing, added }: ItemsBesideBaseline): ItemComparisonDetail => ({
  run_id: runId,
  regressed: { count: regressed.count, items: regressed.first.map(toDifference) },
  improved: { count: improved.count, items: improved.first.map(toDifference) },
  missing: { count: missing.count, keys: [...missing.first] },
  added: { count: added.count, keys: [...added.first] },
});

const toDifference = ({ key, before, after }: ItemDifference) => ({ key, before, after, difference: after - before });

/** Evaluation projects and metrics as the wire has them, and settings as they are sent. Pure. */
import { itemMetrics } from "../../evaluation/item-metrics/item-metrics.ts";
import type { ItemMetric } from "../../evaluation/item-metrics/item-metric.ts";
import type { EvaluationProject } from "../../model/evaluation.ts";
import type { MetricInfo, ProjectInfo, ProjectMetrics, ProjectSettings } from "../evaluation-project-contract.ts";
import { requireKnown, requireOnce } from "./require-metrics.ts";

export const toProjectInfo = ({ id, name, createdAt }: EvaluationProject): ProjectInfo => ({
  id,
  name,
  key: null,
  model_name: null,
  created_at: createdAt.toISOString(),
});

export const toMetricInfo = (metric: ItemMetric): MetricInfo => ({
  key: metric.key,
  display_name: metric.displayName,
  definition: metric.definition,
  value_type: "numeric",
  category: metric.category,
  higher_is_better: true,
  requires: [...metric.requires],
  asks_model: metric.asksModel,
});

/** In the catalogue's order. */
export const toProjectMetrics = ({ id, metrics, weights, threshold }: EvaluationProject): ProjectMetrics => ({
  project_id: id,
  metrics: itemMetrics
    .filter(({ key }) => metrics.includes(key))
    .map((metric) => ({ ...toMetricInfo(metric), weight: weights[metric.key] ?? 1 })),
  weights: { ...weights },
  threshold,
});

/** Throws 400 for metrics that are not known or named twice. A weight beside a metric's name counts like one among the weights. */
export function toSettings(
  { metrics, weights, threshold }: ProjectSettings,
  before: EvaluationProject,
): Pick<EvaluationProject, "metrics" | "weights" | "threshold"> {
  const wanted = metrics?.map((metric) => (typeof metric === "string" ? { key: metric } : metric));
  const beside = (wanted ?? []).flatMap(({ key, ...given }): [string, number][] =>
    "weight" in given && given.weight !== undefined ? [[key, given.weight]] : [],
  );
  const keys = wanted?.map(({ key }) => key) ?? before.metrics;
  requireKnown([...keys, ...Object.keys(weights ?? {})]);
  requireOnce(keys);
  return {
    metrics: keys,
    weights: { ...(weights ?? before.weights), ...Object.fromEntries(beside) },
    threshold: threshold ?? before.threshold,
  };
}

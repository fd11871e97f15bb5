/** Runs and jobs of the model as the wire has them. Pure. */
import { gradeOf } from "../../evaluation/run-results/grade.ts";
import { insightsOf } from "../../evaluation/run-results/insights.ts";
import { metricOf } from "../../evaluation/item-metrics/item-metrics.ts";
import type { RunWaiting } from "../../component/evaluation-runner.ts";
import { hintsOf } from "./run-hints.ts";
import { type EvaluationRun, isEnded, type RunMetric } from "../../model/evaluation.ts";
import type { JobDetail, RunDetail, RunMetricDetail } from "../evaluation-contract.ts";

/** `waiting`: why it waits for its model, where it does. */
export function toRunDetail(run: EvaluationRun, waiting?: RunWaiting): RunDetail {
  const { id, name, evaluationProject, dataset, overallScore, threshold, evaluatedItems } = run;
  return {
    run_id: id,
    id,
    job_id: id,
    name,
    run_name: name,
    project_id: evaluationProject.id,
    project_name: evaluationProject.name,
    dataset_id: dataset.id,
    dataset_name: dataset.name ?? null,
    mode: dataset.source === "upload" || dataset.source === "inline" ? "dataset" : "trace",
    source: dataset.source,
    status: run.status,
    overall_score: overallScore,
    quality_grade: overallScore === null ? null : gradeOf(overallScore, threshold),
    threshold,
    aggregate_scores: Object.fromEntries(run.metrics.map(({ key, mean }) => [key, mean])),
    metrics: run.metrics.map(toRunMetric),
    insights: insightsOf(run).map(({ metric, mean, belowShare, advice }) => ({
      metric,
      score: mean,
      below_share: belowShare,
      advice,
    })),
    hints: [...hintsOf(run)],
    total_items: run.totalItems,
    items_evaluated: evaluatedItems,
    evaluated_items: evaluatedItems,
    failed_items: run.failedItems,
    metadata: run.metadata,
    usage: toUsage(run),
    ...toTimes(run),
    waiting: toWaiting(run, waiting),
    error: run.error ?? null,
  };
}

export const toRunMetric = ({ key, mean, weight, scored, belowThreshold }: RunMetric): RunMetricDetail => ({
  key,
  display_name: metricOf(key)?.displayName ?? key,
  score: mean,
  value_type: "numeric",
  weight,
  scored,
  below_threshold: belowThreshold,
});

/** `waiting`: as for toRunDetail. */
export function toJob(run: EvaluationRun, waiting?: RunWaiting): JobDetail {
  const { id, status, evaluatedItems, totalItems } = run;
  return {
    job_id: id,
    run_id: id,
    job_type: "evaluation",
    status,
    progress_percent: progressOf(run),
    current_item: evaluatedItems,
    total_items: totalItems,
    ...toTimes(run),
    waiting: toWaiting(run, waiting),
    error: run.error ?? null,
    result: isEnded(status) && status !== "failed" ? toRunDetail(run) : null,
  };
}

/** To one decimal, never 100 before it is done. */
function progressOf({ status, evaluatedItems, totalItems }: EvaluationRun): number {
  if (status === "completed") return 100;
  return totalItems === 0 ? 0 : Math.min(99.9, Math.floor((evaluatedItems / totalItems) * 1000) / 10);
}

const toTimes = ({ createdAt, startedAt, finishedAt }: EvaluationRun) => ({
  created_at: createdAt.toISOString(),
  started_at: startedAt?.toISOString() ?? null,
  finished_at: finishedAt?.toISOString() ?? null,
});

/** A run that was cancelled a moment ago may be told to wait still. */
const toWaiting = ({ status }: EvaluationRun, waiting: RunWaiting | undefined): RunDetail["waiting"] =>
  waiting === undefined || isEnded(status)
    ? null
    : { code: waiting.code, reason: waiting.reason, until: waiting.until.toISOString() };

const toUsage = ({ usage }: EvaluationRun): RunDetail["usage"] =>
  usage === undefined
    ? null
    : { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens, cost_usd: usage.costUsd ?? null };

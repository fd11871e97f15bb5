/** A run is planned before its dataset is written, so that nothing is stored of what is refused; then started on the dataset. */
import type { EvaluationRunner } from "../../component/evaluation-runner.ts";
import type { NewRun } from "../../component/evaluations.ts";
import { DEFAULT_THRESHOLD, type EvaluationProject, type EvaluationRun } from "../../model/evaluation.ts";
import type { JsonValue } from "../../model/session.ts";
import { ApiError } from "../api-error.ts";
import type { ApiContext } from "../route.ts";
import { type MetricWish, requireMetrics, requireModel } from "./require-metrics.ts";
import { requireQuota, takeQuota } from "./quota.ts";

/** A run as it was asked for. */
export interface RunWish {
  /** Whose data it is. */
  readonly project: string;
  /** Of the evaluation project. Absent: `default`. */
  readonly projectName?: string | undefined;
  /** Absent: those of the evaluation project. */
  readonly metrics?: readonly MetricWish[] | undefined;
  /** Absent: named after the time. */
  readonly runName?: string | undefined;
  /** Absent: the evaluation project's. */
  readonly threshold?: number | undefined;
  readonly metadata?: Readonly<Record<string, JsonValue>> | undefined;
  /** The sender's own, for metrics that ask a model. */
  readonly apiKey?: string | undefined;
}

/** A run that may be started. */
export interface RunPlan {
  /** The existing evaluation project, or the name of the one to be made. */
  readonly evaluationProject: { readonly id: string } | { readonly name: string };
  readonly run: Omit<NewRun, "evaluationProjectId" | "datasetId">;
  readonly apiKey?: string;
}

const DEFAULT_PROJECT = "default";
const noSettings: Pick<EvaluationProject, "metrics" | "weights" | "threshold"> = {
  metrics: [],
  weights: {},
  threshold: DEFAULT_THRESHOLD,
};

/**
 * Throws an ApiError: 400 for metrics that are unknown, that are named twice or that ask
 * a model while there is none, 429 for a quota that is used up.
 */
export async function planRun(context: ApiContext, wish: RunWish): Promise<RunPlan> {
  const { project, projectName = DEFAULT_PROJECT, apiKey, metadata = {} } = wish;
  const runner = runnerOf(context);
  const { evaluations } = context.store;
  const known = await evaluations.getProject(project, projectName);
  const settings = known ?? noSettings;
  const metrics = requireMetrics(wish.metrics ?? settings.metrics, settings.weights);
  if (apiKey === undefined) requireModel(metrics, runner.model);
  await requireQuota(evaluations, project, runner.limits, new Date());
  return {
    evaluationProject: known === undefined ? { name: projectName } : { id: known.id },
    run: {
      project,
      name: wish.runName ?? `run ${new Date().toISOString().slice(0, 19).replace("T", " ")}`,
      metrics,
      threshold: wish.threshold ?? settings.threshold,
      metadata,
      ...(apiKey === undefined ? {} : { hasOwnKey: true }),
    },
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** Counts as one of the month's evaluations. Throws an ApiError: 404 when there is no such dataset, 429 for a quota that is used up. */
export async function startRun(context: ApiContext, plan: RunPlan, datasetId: string): Promise<EvaluationRun> {
  const { evaluationProject, run: wanted, apiKey } = plan;
  const { evaluations } = context.store;
  const runner = runnerOf(context);
  const dataset = await evaluations.getDataset({ project: wanted.project, id: datasetId });
  if (dataset === undefined) throw datasetNotFound();
  if (dataset.items === 0) throw new ApiError(400, "invalid_request", "there is no item to score");
  await takeQuota(evaluations, wanted.project, runner.limits, new Date());
  const evaluationProjectId =
    "id" in evaluationProject
      ? evaluationProject.id
      : (await evaluations.ensureProject(wanted.project, evaluationProject.name)).id;
  const run = await evaluations.createRun({ ...wanted, evaluationProjectId, datasetId });
  if (run === undefined) throw datasetNotFound();
  runner.wake({ project: wanted.project, id: run.id }, apiKey);
  return run;
}

/** As startRun, of a dataset that was written for this run: it goes when there is none. */
export async function startRunOfItsOwn(context: ApiContext, plan: RunPlan, datasetId: string): Promise<EvaluationRun> {
  try {
    return await startRun(context, plan, datasetId);
  } catch (error) {
    await context.store.evaluations.deleteDataset({ project: plan.run.project, id: datasetId });
    throw error;
  }
}

/** Throws an ApiError where nothing scores. */
export function runnerOf({ evaluation }: ApiContext): EvaluationRunner {
  if (evaluation !== undefined) return evaluation;
  throw new ApiError(404, "evaluation_off", "this server does not evaluate: no run can be started on it");
}

export const datasetNotFound = () => new ApiError(404, "not_found", "there is no dataset with this id");

/** A run is planned before its dataset is written, so that nothing is stored of what is refused; then started on the dataset. */
import type { EvaluationRunner } from "../../component/evaluation-runner.ts";
import type { IdempotencyKey } from "../../component/idempotency-key.ts";
import type { EvaluationStore, NewRun } from "../../component/evaluations.ts";
import { DEFAULT_THRESHOLD, type EvaluationProject, type EvaluationRun } from "../../model/evaluation.ts";
import type { JsonValue } from "../../model/session.ts";
import { ApiError } from "../api-error.ts";
import type { ApiContext } from "../route.ts";
import { type MetricWish, requireMetrics, requireModel } from "./require-metrics.ts";
import { requireQuota, withinQuota } from "./quota.ts";
import { findRepeated } from "./repeated-run.ts";

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
  readonly idempotency?: IdempotencyKey | undefined;
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
  const { project, projectName = DEFAULT_PROJECT, apiKey, metadata = {}, idempotency } = wish;
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
      ...(idempotency === undefined ? {} : { idempotency }),
    },
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/**
 * Counts as one of the month's evaluations. Throws an ApiError: 404 when there is no such dataset, 429 for a quota that is used up.
 * The run that another request started under the same idempotency key meanwhile, if there is one.
 */
export async function startRun(context: ApiContext, plan: RunPlan, datasetId: string): Promise<EvaluationRun> {
  const { run: wanted, apiKey } = plan;
  const { project, idempotency } = wanted;
  const { evaluations } = context.store;
  const runner = runnerOf(context);
  const dataset = await evaluations.getDataset({ project, id: datasetId });
  if (dataset === undefined) throw datasetNotFound();
  if (dataset.items === 0) throw new ApiError(400, "invalid_request", "there is no item to score");
  const run = await withinQuota(evaluations, project, runner.limits, async () =>
    createRun(evaluations, plan, datasetId),
  );
  if (run !== undefined) {
    runner.wake({ project, id: run.id }, apiKey);
    return run;
  }
  const other = idempotency && (await findRepeated(evaluations, project, idempotency));
  if (other === undefined) throw datasetNotFound();
  return other;
}

/** Undefined: the dataset is gone, or the idempotency key taken. */
async function createRun(
  evaluations: EvaluationStore,
  { evaluationProject, run }: RunPlan,
  datasetId: string,
): Promise<EvaluationRun | undefined> {
  const evaluationProjectId =
    "id" in evaluationProject
      ? evaluationProject.id
      : (await evaluations.ensureProject(run.project, evaluationProject.name)).id;
  const created = await evaluations.createRun({ ...run, evaluationProjectId, datasetId });
  return created === "key_taken" ? undefined : created;
}

/** As startRun, of a dataset that was written for this run: it goes when it is not needed. */
export async function startRunOfItsOwn(context: ApiContext, plan: RunPlan, datasetId: string): Promise<EvaluationRun> {
  const { evaluations } = context.store;
  let run: EvaluationRun | undefined;
  try {
    run = await startRun(context, plan, datasetId);
    return run;
  } finally {
    if (run?.dataset.id !== datasetId) await evaluations.deleteDataset({ project: plan.run.project, id: datasetId });
  }
}

/** Throws an ApiError where nothing scores. */
export function runnerOf({ evaluation }: ApiContext): EvaluationRunner {
  if (evaluation !== undefined) return evaluation;
  throw new ApiError(404, "evaluation_off", "this server does not evaluate: no run can be started on it");
}

export const datasetNotFound = () => new ApiError(404, "not_found", "there is no dataset with this id");

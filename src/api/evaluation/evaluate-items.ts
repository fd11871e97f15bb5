/** Items become a dataset of their own, and a run over it. */
import type { IdempotencyKey } from "../../component/idempotency-key.ts";
import type { DatasetSource, EvaluationItem, EvaluationRun } from "../../model/evaluation.ts";
import type { RunFields } from "../evaluation-request-contract.ts";
import type { Answer, ApiContext } from "../route.ts";
import { redactItems } from "./redact-item.ts";
import { answerRun } from "./run-answer.ts";
import { planRun, type RunWish, runnerOf, startRunOfItsOwn } from "./start-run.ts";
import { writeDataset } from "./write-dataset.ts";

type Items = Iterable<EvaluationItem> | AsyncIterable<EvaluationItem>;

/** Also what makes it the same request as another one. */
export type KeyedFields = RunFields & { readonly idempotency?: IdempotencyKey | undefined };

export interface SentItems {
  /** Whose data it is. */
  readonly project: string;
  readonly source: DatasetSource;
  readonly items: Items;
}

/**
 * Rejects with an ApiError for what planRun refuses and for items that are too many or too large, and with what reading the items
 * fails with; nothing is kept then.
 */
export async function startRunOver(
  context: ApiContext,
  { project, source, items }: SentItems,
  fields: KeyedFields,
): Promise<EvaluationRun> {
  const { store, redactors = [] } = context;
  const plan = await planRun(context, toWish(project, fields));
  const { limits } = runnerOf(context);
  // What is in the store was redacted when it came.
  const admitted = source === "sessions" || redactors.length === 0 ? items : redactItems(items, redactors);
  const dataset = await writeDataset(store.evaluations, { project, source }, admitted, { limits });
  return startRunOfItsOwn(context, plan, dataset.id);
}

/** As startRunOver; then the result, or the job when the time is up or `ended` aborts. */
export async function evaluateItems(
  context: ApiContext,
  sent: SentItems,
  fields: KeyedFields,
  ended: AbortSignal,
): Promise<Answer> {
  const run = await startRunOver(context, sent, fields);
  return answerRun(context, sent.project, run, fields, ended);
}

export const toWish = (project: string, fields: KeyedFields): RunWish => ({
  project,
  projectName: fields.project_name,
  metrics: fields.metrics,
  runName: fields.run_name ?? undefined,
  threshold: fields.threshold,
  metadata: fields.metadata ?? undefined,
  apiKey: fields.openai_api_key ?? undefined,
  idempotency: fields.idempotency,
});

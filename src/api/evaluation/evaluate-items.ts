/** Items become a dataset of their own, and a run over it. */
import type { DatasetSource, EvaluationItem, EvaluationRun } from "../../model/evaluation.ts";
import type { RunFields } from "../evaluation-request-contract.ts";
import type { Answer, ApiContext } from "../route.ts";
import { tooManyItems } from "./read-items/read-items.ts";
import { redactItems } from "./redact-item.ts";
import { answerRun } from "./run-answer.ts";
import { planRun, type RunWish, runnerOf, startRunOfItsOwn } from "./start-run.ts";
import { writeDataset } from "./write-dataset.ts";

type Items = Iterable<EvaluationItem> | AsyncIterable<EvaluationItem>;

export interface SentItems {
  /** Whose data it is. */
  readonly project: string;
  readonly source: DatasetSource;
  readonly items: Items;
}

/**
 * Rejects with an ApiError for what planRun refuses and for too many items, and with what reading the items fails with; nothing is
 * kept then.
 */
export async function startRunOver(
  context: ApiContext,
  { project, source, items }: SentItems,
  fields: RunFields,
): Promise<EvaluationRun> {
  const { store, redactors = [] } = context;
  const plan = await planRun(context, toWish(project, fields));
  const bounded = boundItems(items, runnerOf(context).limits.maxDatasetItems);
  // What is in the store was redacted when it came.
  const admitted = source === "sessions" || redactors.length === 0 ? bounded : redactItems(bounded, redactors);
  const dataset = await writeDataset(store.evaluations, { project, source }, admitted);
  return startRunOfItsOwn(context, plan, dataset.id);
}

/** As startRunOver; then the result, or the job when the time is up or `ended` aborts. */
export async function evaluateItems(
  context: ApiContext,
  sent: SentItems,
  fields: RunFields,
  ended: AbortSignal,
): Promise<Answer> {
  const run = await startRunOver(context, sent, fields);
  return answerRun(context.store.evaluations, sent.project, run, fields, ended);
}

async function* boundItems(items: Items, most: number): AsyncGenerator<EvaluationItem> {
  let count = 0;
  for await (const item of items) {
    count += 1;
    if (count > most) throw tooManyItems(most);
    yield item;
  }
}

export const toWish = (project: string, fields: RunFields): RunWish => ({
  project,
  projectName: fields.project_name,
  metrics: fields.metrics,
  runName: fields.run_name ?? undefined,
  threshold: fields.threshold,
  metadata: fields.metadata ?? undefined,
  apiKey: fields.openai_api_key ?? undefined,
});

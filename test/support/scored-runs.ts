/** Datasets and runs for tests of whoever scores them. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EvaluationRef, EvaluationStore, NewRun, RunItem } from "../../src/component/evaluations.ts";
import { type EvaluationItem, type EvaluationRun, isEnded } from "../../src/model/evaluation.ts";

export const owner = "default";

export const itemNumber = (number: number, fields: Partial<EvaluationItem> = {}): EvaluationItem => ({
  key: `item-${number}`,
  input: `question ${number}`,
  output: `answer ${number}`,
  context: [],
  expected: [`answer ${number}`],
  metadata: {},
  ...fields,
});

export async function createDataset(
  store: EvaluationStore,
  items: readonly EvaluationItem[],
  project = owner,
): Promise<EvaluationRef> {
  const ref = await store.beginDataset({ project, name: "questions", source: "upload" });
  for (let start = 0; start < items.length; start += 500) await store.addItems(ref, items.slice(start, start + 500));
  await store.finishDataset(ref);
  return ref;
}

/** A queued run of a dataset of its own. */
export async function createRun(
  store: EvaluationStore,
  items: readonly EvaluationItem[],
  metrics: readonly string[],
  fields: Partial<NewRun> = {},
): Promise<EvaluationRef> {
  const { project = owner } = fields;
  const { id: datasetId } = await createDataset(store, items, project);
  const { id: evaluationProjectId } = await store.ensureProject(project, "tests");
  const run = await store.createRun({
    project,
    evaluationProjectId,
    datasetId,
    name: "a run",
    metrics: metrics.map((key) => ({ key, weight: 1 })),
    threshold: 0.7,
    metadata: {},
    ...fields,
  });
  if (run === undefined || run === "key_taken") throw new Error("the run was not created");
  return { project, id: run.id };
}

export async function waitForRun(
  store: EvaluationStore,
  ref: EvaluationRef,
  isThere: (run: EvaluationRun) => boolean = ({ status }) => isEnded(status),
  withinMs = 20_000,
): Promise<EvaluationRun> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const run = await store.getRun(ref);
    if (run !== undefined && isThere(run)) return run;
    if (Date.now() > giveUpAt) throw new Error(`the run did not get there: ${JSON.stringify(run)}`);
    await sleep(10);
  }
}

/** All of them, in the dataset's order. */
export async function readRunItems(store: EvaluationStore, ref: EvaluationRef): Promise<readonly RunItem[]> {
  const page = await store.findRunItems({ ...ref, page: 1, pageSize: 100_000 });
  return page?.found ?? [];
}

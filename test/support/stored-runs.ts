/** Datasets and runs as tests of stores need them. */
import type { NewRun, RunClaim } from "../../src/component/evaluations.ts";
import type { Store } from "../../src/component/store.ts";
import type { Dataset, EvaluationItem, EvaluationRun, ItemScore, ScoredItem } from "../../src/model/evaluation.ts";

const ours = "default";

export const evaluationItem = (key: string, fields: Partial<EvaluationItem> = {}): EvaluationItem => ({
  key,
  input: `input of ${key}`,
  output: `output of ${key}`,
  context: [],
  metadata: {},
  ...fields,
});

/** With keys `k0`, `k1` ... */
export const evaluationItems = (count: number, fields?: Partial<EvaluationItem>): EvaluationItem[] =>
  Array.from({ length: count }, (_, number) => evaluationItem(`k${number}`, fields));

export interface DatasetWish {
  readonly project?: string;
  /** Null: none. */
  readonly name?: string | null;
}

export async function addDataset(
  { evaluations }: Store,
  items: readonly EvaluationItem[],
  { project = ours, name = "a dataset" }: DatasetWish = {},
): Promise<Dataset> {
  const ref = await evaluations.beginDataset({ project, source: "upload", ...(name === null ? {} : { name }) });
  for (let at = 0; at < items.length; at += 500) await evaluations.addItems(ref, items.slice(at, at + 500));
  return evaluations.finishDataset(ref);
}

export interface RunWish extends Partial<NewRun> {
  /** Of the evaluation project. */
  readonly projectName?: string;
}

/** A queued run of two metrics, `a` and `b`, unless others are wished for. */
export async function addRun(
  { evaluations }: Store,
  datasetId: string,
  { projectName = "support bot", ...wish }: RunWish = {},
): Promise<EvaluationRun> {
  const { project = ours } = wish;
  const { id: evaluationProjectId } = await evaluations.ensureProject(project, projectName);
  const metrics = ["a", "b"].map((key) => ({ key, weight: 1 }));
  const run = { evaluationProjectId, datasetId, name: "a run", metrics, threshold: 0.7, metadata: {} };
  const created = await evaluations.createRun({ project, ...run, ...wish });
  if (created === undefined || created === "key_taken") throw new Error("the run was not created");
  return created;
}

/** Throws when there is nothing to claim. */
export async function claimRun({ evaluations }: Store, leaseMs = 60_000): Promise<RunClaim> {
  const claim = await evaluations.claimRun({ worker: "test", leaseMs });
  if (claim === undefined) throw new Error("there is no run to claim");
  return claim;
}

/** The overall score is the mean of the values that are not null. */
export function scoredItem(
  number: number,
  values: Readonly<Record<string, number | null>>,
  more: Partial<ItemScore> = {},
): ScoredItem {
  const known = Object.values(values).filter((value) => value !== null);
  return {
    number,
    overall: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
    scores: Object.entries(values).map(([name, value]) => ({ name, value, ...more })),
  };
}

export const nothingSpent = { inputTokens: 0, outputTokens: 0 };

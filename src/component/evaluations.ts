/** Where datasets and runs are kept. What a run has still to do is in the store, so that a crash repeats an item and loses none. */
import type {
  Dataset,
  DatasetSource,
  EvaluationItem,
  EvaluationProject,
  EvaluationRun,
  RunStatus,
  ScoredItem,
} from "../model/evaluation.ts";
import type { AnswerStore } from "../model/answer-store.ts";
import type { JsonValue } from "../model/session.ts";
import type { IdempotencyKey } from "./idempotency-key.ts";

/** A dataset, run or evaluation project. `project` is whose data it is. */
export interface EvaluationRef {
  readonly project: string;
  readonly id: string;
}

export interface EvaluationPage<Found> {
  readonly found: readonly Found[];
  readonly total: number;
}

/** From 1. */
export interface PageQuery {
  readonly page: number;
  readonly pageSize: number;
}

export interface ItemPageQuery extends PageQuery {
  /** Of an item that has more, only the beginnings (model/short-item.ts): a page of large items takes hundreds of MiB. */
  readonly maxCharacters?: number;
}

export interface NewDataset {
  readonly project: string;
  /** Absent: it belongs to the run that is created with it, and goes with it. */
  readonly name?: string;
  readonly source: DatasetSource;
}

/** An item that has a key that an earlier one of the dataset has. Numbers from 0. */
export interface DuplicateItem {
  readonly number: number;
  readonly first: number;
  readonly key: string;
}

export interface NewRun {
  readonly project: string;
  readonly evaluationProjectId: string;
  readonly datasetId: string;
  readonly name: string;
  readonly metrics: readonly { readonly key: string; readonly weight: number }[];
  readonly threshold: number;
  readonly metadata: Readonly<Record<string, JsonValue>>;
  /** The sender's own key is to ask the models. The key itself is never here. */
  readonly hasOwnKey?: true;
  /** Asked for twice under one key, it is created once. */
  readonly idempotency?: IdempotencyKey;
}

/** A run that was created under an idempotency key. */
export interface KeyedRun {
  readonly run: EvaluationRun;
  readonly digest: string;
}

/** A run that this worker has in hand until the lease ends. */
export interface RunClaim extends EvaluationRef {
  readonly lease: string;
  readonly run: EvaluationRun;
  readonly hasOwnKey?: true;
  /** With this one: how often it was claimed since scores were last saved for it, or since it was released. */
  readonly attempts: number;
}

/** Which run of those that can be claimed. */
export interface RunChoice {
  readonly worker: string;
  readonly leaseMs: number;
  /** Only runs that have one of these metrics, or (`has: false`) only those that have none of them. Absent: any. */
  readonly metrics?: { readonly keys: readonly string[]; readonly has: boolean };
  /** None of these. */
  readonly exceptProjects?: readonly string[];
}

export interface NumberedItem {
  /** Its place in the dataset, from 0. */
  readonly number: number;
  readonly item: EvaluationItem;
  /** These are its beginnings, because it is longer than was asked for. */
  readonly isShortened?: true;
}

export interface RunItem extends NumberedItem {
  /** Absent: it has not been scored yet. */
  readonly scored?: ScoredItem;
}

export interface SpentOnItems {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent: it is not known. */
  readonly costUsd?: number;
}

export interface RunQuery extends PageQuery {
  readonly project: string;
  readonly evaluationProjectId?: string;
  readonly status?: RunStatus;
}

export interface RunItemsQuery extends EvaluationRef, ItemPageQuery {
  /** Only items whose overall score is below it. */
  readonly below?: number;
  /** Worst first; items without a score come last. Absent: in the dataset's order. */
  readonly worstFirst?: boolean;
}

/** What a run says of every item that has been scored, for comparisons: small, without texts. */
export interface RunValues {
  readonly run: EvaluationRun;
  /** Keys of the items, in the order of their numbers. */
  readonly keys: readonly string[];
  /** NaN: no score. */
  readonly overall: Float64Array;
  /** By metric. */
  readonly values: ReadonlyMap<string, Float64Array>;
}

export interface TrendQuery {
  readonly project: string;
  readonly evaluationProjectId?: string;
  /** The overall score has the name `overall`. Absent: only that. */
  readonly metrics?: readonly string[];
  /** When runs finished; inclusive from, exclusive to. */
  readonly from: Date;
  readonly to: Date;
}

export interface TrendPoint {
  /** UTC, as `2026-11-22`. */
  readonly day: string;
  readonly metric: string;
  /** Mean of the day's completed runs that have it. */
  readonly score: number;
  readonly runs: number;
}

export interface EvaluationStore {
  /** The one with this name, made if there is none. */
  ensureProject(project: string, name: string): Promise<EvaluationProject>;
  /** By id or by name. */
  getProject(project: string, idOrName: string): Promise<EvaluationProject | undefined>;
  findProjects(query: PageQuery & { readonly project: string }): Promise<EvaluationPage<EvaluationProject>>;
  /** Counts for runs that are created from then on. False: there is no such project. */
  saveProjectSettings(
    ref: EvaluationRef,
    settings: Pick<EvaluationProject, "weights" | "metrics" | "threshold">,
  ): Promise<boolean>;

  /** Nobody sees it before it is finished. One that is never finished (a crash) is gone after the next start. */
  beginDataset(dataset: NewDataset): Promise<EvaluationRef>;
  /** In order, all or none: then the first duplicate is returned. Throws PermanentError when it takes no items (any more). */
  addItems(ref: EvaluationRef, items: readonly EvaluationItem[]): Promise<DuplicateItem | undefined>;
  /** Throws PermanentError when it was not begun, or is finished. */
  finishDataset(ref: EvaluationRef): Promise<Dataset>;
  /** Of one that is not finished: everything of it goes. */
  discardDataset(ref: EvaluationRef): Promise<void>;
  getDataset(ref: EvaluationRef): Promise<Dataset | undefined>;
  /** Those that have a name, newest first. */
  findDatasets(query: PageQuery & { readonly project: string }): Promise<EvaluationPage<Dataset>>;
  findDatasetItems(query: EvaluationRef & ItemPageQuery): Promise<EvaluationPage<NumberedItem> | undefined>;
  /** `in_use`: runs need it. */
  deleteDataset(ref: EvaluationRef): Promise<"done" | "missing" | "in_use">;

  /** Queued. `key_taken`: there is a run under its idempotency key. Undefined: there is no such dataset or evaluation project. */
  createRun(run: NewRun): Promise<EvaluationRun | "key_taken" | undefined>;
  getKeyedRun(project: string, key: string): Promise<KeyedRun | undefined>;
  getRun(ref: EvaluationRef): Promise<EvaluationRun | undefined>;
  /** Newest first. */
  findRuns(query: RunQuery): Promise<EvaluationPage<EvaluationRun>>;
  /** At once, also while it runs: nothing that comes later is stored. Of a run that has ended nothing changes. */
  cancelRun(ref: EvaluationRef): Promise<EvaluationRun | undefined>;
  /** With its scores, and its dataset when that has no name. `running`, which includes queued: it must be cancelled first. */
  deleteRun(ref: EvaluationRef): Promise<"done" | "missing" | "running">;
  findRunItems(query: RunItemsQuery): Promise<EvaluationPage<RunItem> | undefined>;
  /** By its place in the dataset, from 0. */
  getRunItem(ref: EvaluationRef & { readonly number: number }): Promise<RunItem | undefined>;
  readRunValues(ref: EvaluationRef): Promise<RunValues | undefined>;
  readTrends(query: TrendQuery): Promise<readonly TrendPoint[]>;

  /** The oldest run that is queued, or whose lease has ended; it is running from then on. */
  claimRun(choice: RunChoice): Promise<RunClaim | undefined>;
  /** Runs of workers that ended without a word can be claimed at once. Whether there is any run to do. */
  resumeRuns(): Promise<boolean>;
  /** False: the claim is lost. */
  extendRun(claim: RunClaim, leaseMs: number): Promise<boolean>;
  /** The next items without scores, by their numbers; of more than `maxBytes` only the first. */
  readUnscoredItems(
    ref: EvaluationRef,
    options: { readonly after?: number; readonly limit: number; readonly maxBytes: number },
  ): Promise<readonly NumberedItem[]>;
  /** In one commit with the run's counts and means. An item is stored once: who comes second changes nothing. False: the claim is lost. */
  saveScores(claim: RunClaim, scored: readonly ScoredItem[], spent: SpentOnItems): Promise<boolean>;
  /** False: the claim is lost. */
  finishRun(
    claim: RunClaim,
    outcome: { readonly status: "completed" } | { readonly status: "failed"; readonly error: string },
  ): Promise<boolean>;
  /** Puts a run back that is to be claimed by another worker. */
  releaseRun(claim: RunClaim): Promise<void>;
  /** Answers about items whose scores are not saved yet; they go when these are, and when the run ends. */
  readonly answers: AnswerStore;

  /** Counted by UTC month, as quotas are: returns what it is with this. */
  countUse(
    project: string,
    use: { readonly month: string; readonly evaluations: number; readonly tokens: number },
  ): Promise<{ readonly evaluations: number; readonly tokens: number }>;
}

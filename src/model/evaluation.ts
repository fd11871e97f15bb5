/** Evaluation on a server: datasets of items, and runs that score every item with metrics. */
import type { MetricScore } from "./judgement.ts";
import type { JsonValue } from "./session.ts";

/** A tool call of the turn that an item was made from. Exactly one of `result` and `error`, or neither. */
export interface ItemToolCall {
  readonly name: string;
  readonly arguments: JsonValue;
  readonly result?: JsonValue;
  readonly error?: string;
}

/** What an agent was asked and answered, once, and what metrics may compare that with. */
export interface EvaluationItem {
  /** Unlike that of any other item of its dataset: given by whoever uploaded it, else made of its content. Runs are compared by it. */
  readonly key: string;
  readonly input: string;
  readonly output: string;
  /** What the answer was to rest on: retrieved documents, tool results. */
  readonly context: readonly string[];
  /** What the agent had been told to do and not to do: its system prompt. Absent: nothing, or it is not known. */
  readonly instructions?: string;
  /** Absent: nothing is expected. */
  readonly expected?: readonly string[];
  /** What was said before `input`, oldest first. Absent: nothing, or it is not known. */
  readonly history?: readonly { readonly user: string; readonly assistant?: string }[];
  /** Absent: it is not known whether there were any. */
  readonly toolCalls?: readonly ItemToolCall[];
  readonly metadata: Readonly<Record<string, JsonValue>>;
  /** The stored session and the turn (from 1) that it was made from. */
  readonly origin?: { readonly sessionId: string; readonly turn: number };
}

/** What runs are collected under, inside a project (the owner of the data). Made when it is first named. */
export interface EvaluationProject {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Weights (above 0) of metrics in the overall score. A metric that is not in here weighs 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** Metrics of a run that names none. Empty: such a run is refused. */
  readonly metrics: readonly string[];
  /** Overall scores below it are failures, 0..1. */
  readonly threshold: number;
}

export const DEFAULT_THRESHOLD = 0.7;

/** What sums of decimal fractions may be off by. */
export const SCORE_TOLERANCE = 1e-9;

/** A score that was to be exactly the threshold is not below it. */
export const isBelow = (score: number, threshold: number): boolean => score < threshold - SCORE_TOLERANCE;

/** Where a dataset's items come from. */
export type DatasetSource = "upload" | "inline" | "trace" | "sessions" | "otlp";

/** Written once; its items never change. */
export interface Dataset {
  readonly id: string;
  /** Absent: it belongs to the run that it was sent with. */
  readonly name?: string;
  readonly source: DatasetSource;
  readonly items: number;
  /** Of all items, as they are stored. */
  readonly bytes: number;
  readonly createdAt: Date;
}

export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

export const isEnded = (status: RunStatus): boolean => status !== "queued" && status !== "running";

/** What one metric came to over a run's items. */
export interface RunMetric {
  readonly key: string;
  /** In the overall score. */
  readonly weight: number;
  /** Mean of the items that it scored; null: it scored none. */
  readonly mean: number | null;
  /** Items that it scored. */
  readonly scored: number;
  /** Of these, below the run's threshold. */
  readonly belowThreshold: number;
}

/** A dataset scored, or being scored. It is its own job: both have one id. */
export interface EvaluationRun {
  readonly id: string;
  readonly name: string;
  readonly evaluationProject: { readonly id: string; readonly name: string };
  readonly dataset: Pick<Dataset, "id" | "name" | "source">;
  readonly status: RunStatus;
  readonly threshold: number;
  /** In the order in which they were asked for. */
  readonly metrics: readonly RunMetric[];
  readonly totalItems: number;
  /** Items whose scores are stored, including those that could not be scored. */
  readonly evaluatedItems: number;
  /** Of these, items of which a metric failed. */
  readonly failedItems: number;
  /** Mean of the items' overall scores; null: none has one. */
  readonly overallScore: number | null;
  readonly metadata: Readonly<Record<string, JsonValue>>;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Of the metrics that asked models; absent: none did, or it is not known. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number; readonly costUsd?: number };
  /** Why it failed. */
  readonly error?: string;
}

/** What one metric said of one item. A null value: it could not be scored, and `explanation` says why. */
export interface ItemScore extends Pick<MetricScore, "name" | "value" | "explanation"> {
  /** The metric failed, which is no score: a code as judges have it. */
  readonly error?: string;
}

export interface ScoredItem {
  /** Its place in the dataset, from 0. */
  readonly number: number;
  /** Weighted mean of the values that are not null; null: all are. */
  readonly overall: number | null;
  /** In the order of the run's metrics. */
  readonly scores: readonly ItemScore[];
}

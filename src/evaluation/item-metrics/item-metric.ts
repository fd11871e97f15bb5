/** The contract of a metric of items: a number 0..1 for what an agent answered once. Higher is better, of every metric. */
import type { ZodType } from "zod";
import type { EvaluationItem, ItemScore } from "../../model/evaluation.ts";
import type { TokenUsage } from "../../model/session.ts";

/** What an item must have for the metric to score it. */
export type ItemPart = "context" | "expected" | "tool_calls";

export interface MetricQuestion<Value> {
  readonly system: string;
  readonly user: string;
  /** No transforms. */
  readonly schema: ZodType<Value>;
  readonly schemaName: string;
  readonly maxOutputTokens: number;
  /** Of the prompt: part of what an answer is remembered by. */
  readonly version: string;
  /** A mark in both texts that is another one in each process: no part of what an answer is remembered by. */
  readonly nonce: string;
}

/** Asks the judge model. Throws JudgeError when it does not answer as asked; rejects with the signal's reason when that aborts. */
export type AskMetricModel = <Value>(
  question: MetricQuestion<Value>,
  signal: AbortSignal,
) => Promise<{ readonly value: Value; readonly usage?: TokenUsage; readonly costUsd?: number }>;

export interface ScoringNeeds {
  /** Absent: metrics that ask a model cannot be used. */
  readonly ask?: AskMetricModel;
  /** Of one prompt: what does not fit is shortened. */
  readonly maxInputTokens?: number;
  readonly signal: AbortSignal;
}

export interface ItemMetric {
  /** `snake_case`, as in requests and reports. */
  readonly key: string;
  readonly displayName: string;
  /** One sentence: what 1 and 0 mean. */
  readonly definition: string;
  readonly category: "heuristic" | "quality" | "grounding" | "retrieval" | "agent" | "safety";
  readonly requires: readonly ItemPart[];
  readonly asksModel: boolean;
  /** Changes with whatever may change its values: prompt, criterion, arithmetic. */
  readonly version: string;
  /** Throws JudgeError when the model fails, which is no score. An item that lacks what the metric requires has a null value and the reason. */
  score(item: EvaluationItem, needs: ScoringNeeds): Promise<ItemScore>;
}

/** What speaks for or against a failure of one kind in one item. */
import type { EvaluationItem, ScoredItem } from "../../../model/evaluation.ts";
import type { TurnJudgement } from "../../../model/judgement.ts";
import type { FailureSubcategoryId } from "./failure-taxonomy.ts";

/** `deterministic`: it can be read off what was recorded. `metric`: an item metric's score. `judgement`: a judge's, of the turn. */
export type FailureDetector = "deterministic" | "metric" | "judgement";

export interface FailureSign {
  readonly subcategory: FailureSubcategoryId;
  readonly says: "fail" | "pass";
  /** 0..5, of a failure: 0 to 1 minor, 2 to 3 notable, 4 to 5 severe. */
  readonly severity: number;
  /** 0..1. */
  readonly confidence: number;
  readonly detector: FailureDetector;
  /** Of a failure. */
  readonly rationale: string;
  /** Quotes of what it rests on. */
  readonly evidence: readonly string[];
  /** Of a metric: its key and value. */
  readonly metric?: { readonly key: string; readonly value: number };
}

/** What is known of an item. */
export interface AnalysedItem {
  /** Its place in the dataset, from 0. */
  readonly number: number;
  readonly item: EvaluationItem;
  readonly scored?: ScoredItem;
  /** Of the turn that it was made from. */
  readonly judgement?: TurnJudgement;
}

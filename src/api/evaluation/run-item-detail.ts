/** An item of a run with its scores, as the wire has it. Pure. */
import type { RunItem } from "../../component/evaluations.ts";
import { gradeOf } from "../../evaluation/run-results/grade.ts";
import type { EvaluationRun, ItemScore } from "../../model/evaluation.ts";
import type { RunItemDetail } from "../evaluation-contract.ts";
import { toItemContent } from "./item-content.ts";

export function toRunItem({ id, threshold }: EvaluationRun, runItem: RunItem): RunItemDetail {
  const { number, item, scored, isShortened = false } = runItem;
  const { scores = [], overall = null } = scored ?? {};
  return {
    id: String(number),
    item_index: number,
    run_id: id,
    status: scored === undefined ? "pending" : scores.some(hasFailed) ? "failed" : "scored",
    ...toItemContent(item),
    is_shortened: isShortened,
    overall_score: overall,
    quality_grade: overall === null ? null : gradeOf(overall, threshold),
    metric_scores: Object.fromEntries(scores.map(({ name, value }) => [name, value])),
    explanations: Object.fromEntries(
      scores.flatMap(({ name, explanation }) => (explanation === undefined ? [] : [[name, explanation]])),
    ),
    errors: Object.fromEntries(scores.flatMap(({ name, error }) => (error === undefined ? [] : [[name, error]]))),
  };
}

const hasFailed = ({ error }: ItemScore): boolean => error !== undefined;

/** Evaluation projects as rows. */
import type { EvaluationProject } from "../../model/evaluation.ts";
import { parseStored } from "./stored-json.ts";

export const evaluationProjectColumns =
  "evaluation_project_id AS id, name, weights, metrics, threshold, created_ms AS createdMs";

export interface EvaluationProjectRow {
  readonly id: string;
  readonly name: string;
  readonly weights: string;
  readonly metrics: string;
  readonly threshold: number;
  readonly createdMs: number;
}

export const toEvaluationProject = (row: EvaluationProjectRow): EvaluationProject => ({
  id: row.id,
  name: row.name,
  createdAt: new Date(row.createdMs),
  weights: parseStored<EvaluationProject["weights"]>(row.weights),
  metrics: parseStored<EvaluationProject["metrics"]>(row.metrics),
  threshold: row.threshold,
});

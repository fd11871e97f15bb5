/** Evaluation projects, and what is counted of a project's evaluations, as they are written. See component/evaluations.ts. */
import type { EvaluationRef } from "../../component/evaluations.ts";
import { DEFAULT_THRESHOLD, type EvaluationProject } from "../../model/evaluation.ts";
import {
  evaluationProjectColumns,
  type EvaluationProjectRow,
  toEvaluationProject,
} from "./evaluation-project-columns.ts";
import { randomEvaluationId } from "./evaluation-id.ts";
import type { WriteContext } from "./write-context.ts";

const insertSql = `
  INSERT INTO evaluation_projects (project_id, evaluation_project_id, name, threshold, created_ms)
  VALUES (@project, @id, @name, ${DEFAULT_THRESHOLD}, @now)
  ON CONFLICT (project_id, name) DO NOTHING`;
const saveSql = `
  UPDATE evaluation_projects SET weights = @weights, metrics = @metrics, threshold = @threshold
  WHERE project_id = @project AND evaluation_project_id = @id`;
const countUseSql = `
  INSERT INTO evaluation_use (project_id, month, evaluations, tokens) VALUES (@project, @month, @evaluations, @tokens)
  ON CONFLICT (project_id, month) DO UPDATE SET
    evaluations = evaluations + excluded.evaluations, tokens = tokens + excluded.tokens
  RETURNING evaluations, tokens`;

export interface EvaluationUse {
  readonly evaluations: number;
  readonly tokens: number;
}

export function createEvaluationProjectRows({ db, now }: WriteContext) {
  const insert = db.prepare(insertSql);
  const named = db.prepare<[string, string], EvaluationProjectRow>(
    `SELECT ${evaluationProjectColumns} FROM evaluation_projects WHERE project_id = ? AND name = ?`,
  );
  const save = db.prepare(saveSql);
  const count = db.prepare<object, EvaluationUse>(countUseSql);
  return {
    ensureEvaluationProject(project: string, name: string): EvaluationProject {
      insert.run({ project, id: randomEvaluationId(), name, now: now() });
      const row = named.get(project, name);
      if (row === undefined) throw new Error("the evaluation project was not stored");
      return toEvaluationProject(row);
    },

    saveEvaluationProjectSettings(
      { project, id }: EvaluationRef,
      { weights, metrics, threshold }: Pick<EvaluationProject, "weights" | "metrics" | "threshold">,
    ): boolean {
      const settings = { weights: JSON.stringify(weights), metrics: JSON.stringify(metrics), threshold };
      return save.run({ project, id, ...settings }).changes > 0;
    },

    countEvaluationUse(project: string, use: EvaluationUse & { readonly month: string }): EvaluationUse {
      const counted = count.get({ project, ...use });
      if (counted === undefined) throw new Error("the use was not counted");
      return counted;
    },
  };
}

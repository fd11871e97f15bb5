/** Evaluation projects as they are read. See component/evaluations.ts. */
import type { Database } from "better-sqlite3";
import type { EvaluationPage, PageQuery } from "../../component/evaluations.ts";
import type { EvaluationProject } from "../../model/evaluation.ts";
import {
  evaluationProjectColumns,
  type EvaluationProjectRow,
  toEvaluationProject,
} from "./evaluation-project-columns.ts";
import { toLimits } from "./page-limits.ts";

const select = `SELECT ${evaluationProjectColumns} FROM evaluation_projects WHERE project_id = @project`;
const oneSql = `
  ${select} AND (evaluation_project_id = @idOrName OR name = @idOrName)
  ORDER BY evaluation_project_id = @idOrName DESC LIMIT 1`;

type ProjectsQuery = PageQuery & { readonly project: string };

export interface ReadEvaluationProjects {
  readonly getEvaluationProject: (project: string, idOrName: string) => EvaluationProject | undefined;
  readonly findEvaluationProjects: (query: ProjectsQuery) => EvaluationPage<EvaluationProject>;
}

export function createReadEvaluationProjects(db: Database): ReadEvaluationProjects {
  const one = db.prepare<object, EvaluationProjectRow>(oneSql);
  const page = db.prepare<object, EvaluationProjectRow>(
    `${select} ORDER BY evaluation_project_no LIMIT @limit OFFSET @offset`,
  );
  const total = db.prepare<[string], number>("SELECT count(*) FROM evaluation_projects WHERE project_id = ?").pluck();
  return {
    getEvaluationProject(project: string, idOrName: string): EvaluationProject | undefined {
      const row = one.get({ project, idOrName });
      return row === undefined ? undefined : toEvaluationProject(row);
    },

    findEvaluationProjects: db.transaction(
      ({ project, ...query }: ProjectsQuery): EvaluationPage<EvaluationProject> => ({
        found: page.all({ project, ...toLimits(query) }).map(toEvaluationProject),
        total: total.get(project) ?? 0,
      }),
    ),
  };
}

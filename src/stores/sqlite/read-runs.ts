/** Runs as they are read. See component/evaluations.ts. */
import type { Database } from "better-sqlite3";
import type {
  EvaluationPage,
  EvaluationRef,
  KeyedRun,
  RunQuery,
  TrendPoint,
  TrendQuery,
} from "../../component/evaluations.ts";
import type { EvaluationRun } from "../../model/evaluation.ts";
import { toLimits } from "./page-limits.ts";
import { prepareReadRun } from "./run-columns.ts";

const ofEvaluationProject = `
  (@evaluationProjectId IS NULL OR evaluation_project_no = (
    SELECT p.evaluation_project_no FROM evaluation_projects AS p
    WHERE p.project_id = @project AND p.evaluation_project_id = @evaluationProjectId))`;

const foundRuns = `
  FROM evaluation_runs WHERE project_id = @project AND (@status IS NULL OR status = @status) AND ${ofEvaluationProject}`;

const ended = `
  status = 'completed' AND project_id = @project AND finished_ms >= @from AND finished_ms < @to AND ${ofEvaluationProject}`;
const MS_PER_DAY = 86_400_000;
const trendsSql = `
  SELECT finished_ms / ${MS_PER_DAY} AS day, metric_key AS metric, avg((value_sum + value_rest) / m.scored) AS score,
    count(*) AS runs
  FROM evaluation_runs AS r CROSS JOIN run_metrics AS m USING (run_no)
  WHERE ${ended} AND m.scored > 0 AND metric_key IN (SELECT value FROM json_each(@metrics))
  GROUP BY day, metric
  UNION ALL
  SELECT finished_ms / ${MS_PER_DAY} AS day, 'overall' AS metric, avg((overall_sum + overall_rest) / scored) AS score,
    count(*) AS runs
  FROM evaluation_runs
  WHERE ${ended} AND scored > 0 AND @hasOverall = 1
  GROUP BY day
  ORDER BY day, metric`;

type TrendRow = Omit<TrendPoint, "day"> & { readonly day: number };

export interface ReadRuns {
  readonly getRun: (ref: EvaluationRef) => EvaluationRun | undefined;
  readonly getKeyedRun: (project: string, key: string) => KeyedRun | undefined;
  readonly findRuns: (query: RunQuery) => EvaluationPage<EvaluationRun>;
  readonly readTrends: (query: TrendQuery) => TrendPoint[];
}

export function createReadRuns(db: Database): ReadRuns {
  const { byRef, byNo, byKey } = prepareReadRun(db);
  const page = db
    .prepare<object, number>(`SELECT run_no ${foundRuns} ORDER BY run_no DESC LIMIT @limit OFFSET @offset`)
    .pluck();
  const total = db.prepare<object, number>(`SELECT count(*) ${foundRuns}`).pluck();
  const trends = db.prepare<object, TrendRow>(trendsSql);
  return {
    getRun: db.transaction((ref: EvaluationRef): EvaluationRun | undefined => byRef(ref)?.run),

    getKeyedRun: db.transaction((project: string, key: string): KeyedRun | undefined => {
      const found = byKey(project, key);
      return found === undefined || found.digest === null ? undefined : { run: found.run, digest: found.digest };
    }),

    findRuns: db.transaction(
      ({ project, evaluationProjectId, status, ...query }: RunQuery): EvaluationPage<EvaluationRun> => {
        const wanted = { project, evaluationProjectId: evaluationProjectId ?? null, status: status ?? null };
        return {
          found: page.all({ ...wanted, ...toLimits(query) }).flatMap((runNo) => byNo(runNo)?.run ?? []),
          total: total.get(wanted) ?? 0,
        };
      },
    ),

    readTrends({ project, evaluationProjectId, metrics = ["overall"], from, to }: TrendQuery): TrendPoint[] {
      const wanted = {
        project,
        evaluationProjectId: evaluationProjectId ?? null,
        metrics: JSON.stringify(metrics),
        hasOverall: metrics.includes("overall") ? 1 : 0,
        from: from.getTime(),
        to: to.getTime(),
      };
      return trends.all(wanted).map(({ day, ...point }) => ({ day: toDay(day), ...point }));
    },
  };
}

const toDay = (days: number): string => new Date(days * MS_PER_DAY).toISOString().slice(0, 10);

/** Runs as rows. */
import type { Database } from "better-sqlite3";
import type { EvaluationRef } from "../../component/evaluations.ts";
import type { DatasetSource, EvaluationRun, RunMetric, RunStatus } from "../../model/evaluation.ts";
import { meanOf } from "./precise-sum.ts";
import { parseStored } from "./stored-json.ts";

const NANO = 1_000_000_000;

export const toNanoUsd = (costUsd: number): number => Math.round(costUsd * NANO);

const selectRun = `
  SELECT r.run_no AS runNo, r.run_id AS id, r.name, p.evaluation_project_id AS projectId, p.name AS projectName,
    d.dataset_no AS datasetNo, d.dataset_id AS datasetId, d.name AS datasetName, d.source, d.items AS totalItems,
    r.status, r.error, r.threshold, r.metadata, r.evaluated, r.failed, r.scored, r.overall_sum AS sum, r.overall_rest AS rest,
    r.input_tokens AS inputTokens, r.output_tokens AS outputTokens, r.nano_usd AS nanoUsd,
    r.created_ms AS createdMs, r.started_ms AS startedMs, r.finished_ms AS finishedMs, r.request_digest AS digest
  FROM evaluation_runs AS r
    JOIN evaluation_projects AS p USING (evaluation_project_no) JOIN datasets AS d USING (dataset_no)`;

const metricsSql = `
  SELECT metric_key AS key, weight, scored, below, value_sum AS sum, value_rest AS rest
  FROM run_metrics WHERE run_no = ? ORDER BY position`;

interface RunRow {
  readonly runNo: number;
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly datasetNo: number;
  readonly datasetId: string;
  readonly datasetName: string | null;
  readonly source: DatasetSource;
  readonly totalItems: number;
  readonly status: RunStatus;
  readonly error: string | null;
  readonly threshold: number;
  readonly metadata: string;
  readonly evaluated: number;
  readonly failed: number;
  readonly scored: number;
  readonly sum: number;
  readonly rest: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly nanoUsd: number | null;
  readonly createdMs: number;
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
  readonly digest: string | null;
}

interface MetricRow {
  readonly key: string;
  readonly weight: number;
  readonly scored: number;
  readonly below: number;
  readonly sum: number;
  readonly rest: number;
}

/** A run and where its rows are. */
export interface FoundRun {
  readonly runNo: number;
  readonly datasetNo: number;
  readonly run: EvaluationRun;
  /** Of what was asked for. Null: under no idempotency key. */
  readonly digest: string | null;
}

export interface ReadRun {
  readonly byNo: (runNo: number) => FoundRun | undefined;
  readonly byRef: (ref: EvaluationRef) => FoundRun | undefined;
  readonly byKey: (project: string, key: string) => FoundRun | undefined;
}

export function prepareReadRun(db: Database): ReadRun {
  const byNo = db.prepare<[number], RunRow>(`${selectRun} WHERE r.run_no = ?`);
  const byRef = db.prepare<[string, string], RunRow>(`${selectRun} WHERE r.project_id = ? AND r.run_id = ?`);
  const byKey = db.prepare<[string, string], RunRow>(`${selectRun} WHERE r.project_id = ? AND r.idempotency_key = ?`);
  const metricsOf = db.prepare<[number], MetricRow>(metricsSql);
  const toFound = (row: RunRow | undefined): FoundRun | undefined => {
    if (row === undefined) return undefined;
    const { runNo, datasetNo, digest } = row;
    return { runNo, datasetNo, run: toRun(row, metricsOf.all(runNo).map(toMetric)), digest };
  };
  return {
    byNo: (runNo) => toFound(byNo.get(runNo)),
    byRef: ({ project, id }) => toFound(byRef.get(project, id)),
    byKey: (project, key) => toFound(byKey.get(project, key)),
  };
}

const toMetric = ({ key, weight, scored, below, ...sum }: MetricRow): RunMetric => ({
  key,
  weight,
  mean: meanOf(sum, scored),
  scored,
  belowThreshold: below,
});

function toRun(row: RunRow, metrics: readonly RunMetric[]): EvaluationRun {
  const { id, name, datasetName, status, threshold, error, startedMs, finishedMs } = row;
  const usage = toUsage(row);
  return {
    id,
    name,
    evaluationProject: { id: row.projectId, name: row.projectName },
    dataset: { id: row.datasetId, source: row.source, ...(datasetName === null ? {} : { name: datasetName }) },
    status,
    threshold,
    metrics,
    totalItems: row.totalItems,
    evaluatedItems: row.evaluated,
    failedItems: row.failed,
    overallScore: meanOf(row, row.scored),
    metadata: parseStored<EvaluationRun["metadata"]>(row.metadata),
    createdAt: new Date(row.createdMs),
    ...(startedMs === null ? {} : { startedAt: new Date(startedMs) }),
    ...(finishedMs === null ? {} : { finishedAt: new Date(finishedMs) }),
    ...(usage === undefined ? {} : { usage }),
    ...(error === null ? {} : { error }),
  };
}

function toUsage({ inputTokens, outputTokens, nanoUsd }: RunRow): EvaluationRun["usage"] {
  if (inputTokens === 0 && outputTokens === 0) return undefined;
  return { inputTokens, outputTokens, ...(nanoUsd === null ? {} : { costUsd: nanoUsd / NANO }) };
}

/** Runs as they are asked for and given up. Who scores them: run-claims.ts. See component/evaluations.ts. */
import type { EvaluationRef, NewRun } from "../../component/evaluations.ts";
import { type EvaluationRun, isEnded } from "../../model/evaluation.ts";
import { randomEvaluationId } from "./evaluation-id.ts";
import type { EvaluationLeftovers } from "./evaluation-leftovers.ts";
import { prepareReadRun } from "./run-columns.ts";
import type { WriteContext } from "./write-context.ts";

const insertSql = `
  INSERT INTO evaluation_runs (
    project_id, run_id, evaluation_project_no, dataset_no, name, threshold, metadata, has_own_key, created_ms,
    idempotency_key, request_digest)
  SELECT @project, @id, p.evaluation_project_no, d.dataset_no, @name, @threshold, @metadata, @hasOwnKey, @now,
    @key, @digest
  FROM evaluation_projects AS p, datasets AS d
  WHERE p.project_id = @project AND p.evaluation_project_id = @evaluationProjectId
    AND d.project_id = @project AND d.dataset_id = @datasetId AND d.finished = 1
  RETURNING run_no`;
const insertMetricSql = "INSERT INTO run_metrics (run_no, metric_key, position, weight) VALUES (?, ?, ?, ?)";
const cancelSql = `
  UPDATE evaluation_runs SET status = 'cancelled', finished_ms = @now, lease = NULL
  WHERE project_id = @project AND run_id = @id AND status IN ('queued', 'running')`;
const needsSql = "SELECT EXISTS (SELECT 1 FROM evaluation_runs WHERE dataset_no = ?)";

export function createRunRows({ db, now }: WriteContext, leftovers: EvaluationLeftovers) {
  const insert = db.prepare<object, number>(insertSql).pluck();
  const insertMetric = db.prepare<[number, string, number, number]>(insertMetricSql);
  const cancel = db.prepare(cancelSql);
  const needs = db.prepare<[number], 0 | 1>(needsSql).pluck();
  const read = prepareReadRun(db);

  return {
    createRun(asked: NewRun): EvaluationRun | "key_taken" | undefined {
      const { project, evaluationProjectId, datasetId, name, metrics, threshold } = asked;
      const { key = null, digest = null } = asked.idempotency ?? {};
      if (key !== null && read.byKey(project, key) !== undefined) return "key_taken";
      const metadata = JSON.stringify(asked.metadata);
      const hasOwnKey = asked.hasOwnKey === true ? 1 : 0;
      const refs = { project, id: randomEvaluationId(), evaluationProjectId, datasetId };
      const runNo = insert.get({ ...refs, name, threshold, metadata, hasOwnKey, key, digest, now: now() });
      if (runNo === undefined) return undefined;
      for (const [position, { key, weight }] of metrics.entries()) insertMetric.run(runNo, key, position, weight);
      return read.byNo(runNo)?.run;
    },

    cancelRun({ project, id }: EvaluationRef): EvaluationRun | undefined {
      cancel.run({ project, id, now: now() });
      return read.byRef({ project, id })?.run;
    },

    deleteRun(ref: EvaluationRef): "done" | "missing" | "running" {
      const found = read.byRef(ref);
      if (found === undefined) return "missing";
      const { runNo, datasetNo, run } = found;
      if (!isEnded(run.status)) return "running";
      leftovers.dropRun(runNo);
      if (run.dataset.name === undefined && needs.get(datasetNo) === 0) leftovers.dropDataset(datasetNo);
      return "done";
    },
  };
}

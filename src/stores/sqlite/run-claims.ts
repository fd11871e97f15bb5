/** Runs as they are scored: taken under a lease, one commit a group of items. See component/evaluations.ts. */
import { randomUUID } from "node:crypto";
import type { RunChoice, RunClaim, SpentOnItems } from "../../component/evaluations.ts";
import type { ScoredItem } from "../../model/evaluation.ts";
import { prepareReadRun, toNanoUsd } from "./run-columns.ts";
import { prepareAddScores } from "./run-scores.ts";
import type { WriteContext } from "./write-context.ts";

/** In the words of the index. */
const isToDo = "status IN ('queued', 'running')";
const isFree = "(lease IS NULL OR lease_expires_ms <= @now)";
const hasMetric = `EXISTS (
      SELECT 1 FROM run_metrics AS m WHERE m.run_no = r.run_no AND m.metric_key IN (SELECT value FROM json_each(@keys)))`;
const claimSql = `
  UPDATE evaluation_runs SET status = 'running', started_ms = coalesce(started_ms, @now), attempts = attempts + 1,
    lease = @lease, lease_expires_ms = @expires
  WHERE run_no = (
    SELECT run_no FROM evaluation_runs AS r INDEXED BY evaluation_runs_to_do
    WHERE ${isToDo} AND ${isFree} AND project_id NOT IN (SELECT value FROM json_each(@exceptProjects))
      AND (@has IS NULL OR @has = ${hasMetric})
    ORDER BY run_no LIMIT 1)
  RETURNING run_no AS runNo, project_id AS project, attempts, has_own_key AS hasOwnKey`;
/** A claim is lost with its lease; a run that was cancelled has none. */
const isHeld = "project_id = @project AND run_id = @id AND lease = @lease AND lease_expires_ms > @now";
const spendSql = `
  UPDATE evaluation_runs SET attempts = 0, input_tokens = input_tokens + @inputTokens,
    output_tokens = output_tokens + @outputTokens, nano_usd = nano_usd + @nanoUsd
  WHERE ${isHeld} RETURNING run_no`;
const finishSql = `
  UPDATE evaluation_runs SET status = @status, error = @error, finished_ms = @now, lease = NULL WHERE ${isHeld}`;
const releaseSql = `UPDATE evaluation_runs SET status = 'queued', lease = NULL, attempts = 0 WHERE ${isHeld}`;
const endClaimsSql = `
  UPDATE evaluation_runs INDEXED BY evaluation_runs_to_do SET status = 'queued', lease = NULL
  WHERE ${isToDo} AND lease IS NOT NULL`;
/** What a server does when it starts: whoever had claims is gone. That a server was ended speaks against none of its runs. */
export const restartRunsSql = `
  UPDATE evaluation_runs INDEXED BY evaluation_runs_to_do SET status = 'queued', lease = NULL, attempts = 0 WHERE ${isToDo}`;
const anySql = `
  SELECT EXISTS (SELECT 1 FROM evaluation_runs INDEXED BY evaluation_runs_to_do WHERE ${isToDo})`;

interface ClaimedRow {
  readonly runNo: number;
  readonly project: string;
  readonly attempts: number;
  readonly hasOwnKey: 0 | 1;
}

const toParameters = ({ metrics, exceptProjects = [] }: Pick<RunChoice, "metrics" | "exceptProjects">) => ({
  has: metrics === undefined ? null : Number(metrics.has),
  keys: JSON.stringify(metrics?.keys ?? []),
  exceptProjects: JSON.stringify(exceptProjects),
});

/** What shows that a run is held. */
export type HeldRun = Pick<RunClaim, "project" | "id" | "lease">;

export function createRunClaims({ db, now }: WriteContext) {
  const claim = db.prepare<object, ClaimedRow>(claimSql);
  const extend = db.prepare(`UPDATE evaluation_runs SET lease_expires_ms = @expires WHERE ${isHeld}`);
  const spend = db.prepare<object, number>(spendSql).pluck();
  const finish = db.prepare(finishSql);
  const release = db.prepare(releaseSql);
  const endClaims = db.prepare(endClaimsSql);
  const any = db.prepare<[], 0 | 1>(anySql).pluck();
  const read = prepareReadRun(db);
  const addScores = prepareAddScores(db);
  const held = (claimed: HeldRun) => ({ ...claimed, now: now() });

  return {
    claimRun({ worker, leaseMs, ...choice }: RunChoice): RunClaim | undefined {
      const lease = `${worker}/${randomUUID()}`;
      const row = claim.get({ lease, now: now(), expires: now() + leaseMs, ...toParameters(choice) });
      const found = row === undefined ? undefined : read.byNo(row.runNo);
      if (row === undefined || found === undefined) return undefined;
      const { project, attempts, hasOwnKey } = row;
      const { run } = found;
      return { project, id: run.id, lease, run, attempts, ...(hasOwnKey === 1 ? { hasOwnKey: true } : {}) };
    },

    resumeRuns(): boolean {
      endClaims.run();
      return any.get() === 1;
    },

    extendRun: (claimed: HeldRun, leaseMs: number): boolean =>
      extend.run({ ...held(claimed), expires: now() + leaseMs }).changes > 0,

    saveScores(
      claimed: HeldRun,
      scored: readonly ScoredItem[],
      { inputTokens, outputTokens, costUsd }: SpentOnItems,
    ): boolean {
      const isFreeOfCharge = inputTokens === 0 && outputTokens === 0;
      const nanoUsd = costUsd === undefined ? (isFreeOfCharge ? 0 : null) : toNanoUsd(costUsd);
      const runNo = spend.get({ ...held(claimed), inputTokens, outputTokens, nanoUsd });
      if (runNo === undefined) return false;
      addScores(runNo, scored);
      return true;
    },

    finishRun: (
      claimed: HeldRun,
      outcome: { readonly status: "completed" } | { readonly status: "failed"; readonly error: string },
    ): boolean => {
      const error = outcome.status === "failed" ? outcome.error : null;
      return finish.run({ ...held(claimed), status: outcome.status, error }).changes > 0;
    },

    releaseRun: (claimed: HeldRun): void => void release.run(held(claimed)),
  };
}

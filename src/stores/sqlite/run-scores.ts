/** What a run says of items, added to its counts and sums in the same commit. */
import type { Database } from "better-sqlite3";
import { isBelow, type ItemScore, type ScoredItem } from "../../model/evaluation.ts";
import { addTo, type PreciseSum } from "./precise-sum.ts";
import { encodeRemarks, encodeValues } from "./scored-item-columns.ts";

const runSql = `
  SELECT threshold, (SELECT items FROM datasets AS d WHERE d.dataset_no = r.dataset_no) AS items,
    evaluated, failed, scored, overall_sum AS sum, overall_rest AS rest
  FROM evaluation_runs AS r WHERE run_no = ?`;
const saveRunSql = `
  UPDATE evaluation_runs SET evaluated = @evaluated, failed = @failed, scored = @scored, overall_sum = @sum, overall_rest = @rest
  WHERE run_no = @runNo`;
const metricsSql = `
  SELECT metric_key AS key, scored, below, value_sum AS sum, value_rest AS rest FROM run_metrics WHERE run_no = ? ORDER BY position`;
const saveMetricSql = `
  UPDATE run_metrics SET scored = @scored, below = @below, value_sum = @sum, value_rest = @rest
  WHERE run_no = @runNo AND metric_key = @key`;
const insertValuesSql = `
  INSERT INTO run_values (run_no, number, overall, metric_values) VALUES (?, ?, ?, ?) ON CONFLICT (run_no, number) DO NOTHING`;
const insertRemarksSql = "INSERT INTO run_remarks (run_no, number, body) VALUES (?, ?, ?)";

interface Tally extends PreciseSum {
  readonly scored: number;
}

interface RunTally extends Tally {
  readonly threshold: number;
  readonly items: number;
  readonly evaluated: number;
  readonly failed: number;
}

interface MetricTally extends Tally {
  readonly key: string;
  readonly below: number;
}

/** An item that has been scored changes nothing. */
export function prepareAddScores(db: Database): (runNo: number, scored: readonly ScoredItem[]) => void {
  const runOf = db.prepare<[number], RunTally>(runSql);
  const metricsOf = db.prepare<[number], MetricTally>(metricsSql);
  const saveRun = db.prepare(saveRunSql);
  const saveMetric = db.prepare(saveMetricSql);
  const insertValues = db.prepare(insertValuesSql);
  const insertRemarks = db.prepare(insertRemarksSql);

  function insert(runNo: number, { number, overall, scores }: ScoredItem): boolean {
    if (insertValues.run(runNo, number, overall, encodeValues(scores)).changes === 0) return false;
    const remarks = encodeRemarks(scores);
    if (remarks !== undefined) insertRemarks.run(runNo, number, remarks);
    return true;
  }

  return (runNo, scored) => {
    let run = runOf.get(runNo);
    if (run === undefined) throw new Error("scores of a run that is not there");
    let metrics: readonly MetricTally[] = metricsOf.all(runNo);
    const { items, threshold } = run;
    for (const item of scored) {
      check(item, items, metrics);
      if (!insert(runNo, item)) continue;
      run = addItem(run, item);
      metrics = metrics.map((metric, position) => addScore(metric, item.scores[position], threshold));
    }
    saveRun.run({ ...run, runNo });
    for (const metric of metrics) saveMetric.run({ ...metric, runNo });
  };
}

/** Values are kept by position: in another order they would be another metric's. */
function check({ number, scores }: ScoredItem, items: number, metrics: readonly MetricTally[]): void {
  if (number < 0 || number >= items) throw new Error(`there is no item ${number} in a dataset of ${items}`);
  if (scores.length !== metrics.length || scores.some(({ name }, position) => name !== metrics[position]?.key))
    throw new Error("the scores are not those of the run's metrics, in their order");
}

function addItem(run: RunTally, { overall, scores }: ScoredItem): RunTally {
  const counted = overall === null ? {} : { ...addTo(run, overall), scored: run.scored + 1 };
  const failed = scores.some(({ error }) => error !== undefined) ? 1 : 0;
  return { ...run, ...counted, evaluated: run.evaluated + 1, failed: run.failed + failed };
}

function addScore(metric: MetricTally, score: ItemScore | undefined, threshold: number): MetricTally {
  const value = score?.value ?? null;
  if (value === null) return metric;
  const below = metric.below + (isBelow(value, threshold) ? 1 : 0);
  return { ...metric, ...addTo(metric, value), scored: metric.scored + 1, below };
}

/** What runs say of items, item by item. See component/evaluations.ts. */
import type { Database } from "better-sqlite3";
import type { EvaluationPage, EvaluationRef, RunItem, RunItemsQuery } from "../../component/evaluations.ts";
import { type EvaluationRun, SCORE_TOLERANCE, type ScoredItem } from "../../model/evaluation.ts";
import { type ItemRow, toShownItem } from "./dataset-columns.ts";
import { type PageLimits, toLimits } from "./page-limits.ts";
import { type FoundRun, prepareReadRun } from "./run-columns.ts";
import { toItemScores } from "./scored-item-columns.ts";

const itemSql = `
  SELECT i.number, i.key, i.body, v.overall, v.metric_values AS metricValues,
    (SELECT body FROM run_remarks AS r WHERE r.run_no = @runNo AND r.number = i.number) AS remarks
  FROM dataset_items AS i LEFT JOIN run_values AS v ON v.run_no = @runNo AND v.number = i.number
  WHERE i.dataset_no = @datasetNo AND i.number = @number`;

const belowSql = "FROM run_values WHERE run_no = @runNo AND coalesce(overall, 2) < @below";
const page = "LIMIT @limit OFFSET @offset";
const unscoredSql = `
  SELECT number FROM dataset_items AS i
  WHERE dataset_no = @datasetNo
    AND NOT EXISTS (SELECT 1 FROM run_values AS v WHERE v.run_no = @runNo AND v.number = i.number)
  ORDER BY number ${page}`;

/** Of an item that has no overall score, `below` must not be true: coalesce() makes it 2. */
const ABOVE_ALL = 2;

interface RunItemRow extends ItemRow {
  readonly overall: number | null;
  readonly metricValues: Buffer | null;
  readonly remarks: string | null;
}

interface BelowQuery extends PageLimits {
  readonly runNo: number;
  readonly below: number;
}

export interface ReadRunItems {
  readonly findRunItems: (query: RunItemsQuery) => EvaluationPage<RunItem> | undefined;
  readonly getRunItem: (ref: EvaluationRef & { readonly number: number }) => RunItem | undefined;
}

export function createReadRunItems(db: Database): ReadRunItems {
  const { byRef } = prepareReadRun(db);
  const item = db.prepare<object, RunItemRow>(itemSql);
  const countBelow = db.prepare<object, number>(`SELECT count(*) ${belowSql}`).pluck();
  const inOrder = db.prepare<[BelowQuery], number>(`SELECT number ${belowSql} ORDER BY number ${page}`).pluck();
  const worstFirst = db
    .prepare<[BelowQuery], number>(`SELECT number ${belowSql} ORDER BY coalesce(overall, 2), number ${page}`)
    .pluck();
  const unscored = db.prepare<object, number>(unscoredSql).pluck();

  function read({ runNo, datasetNo, run }: FoundRun, number: number, maxCharacters?: number): RunItem | undefined {
    const row = item.get({ runNo, datasetNo, number });
    return row === undefined ? undefined : toRunItem(run, row, maxCharacters);
  }

  /** All of them, the worst first, and those without scores at last. */
  function worstNumbers({ runNo, datasetNo, run }: FoundRun, { limit, offset }: PageLimits): number[] {
    const scored = worstFirst.all({ runNo, below: ABOVE_ALL + 1, limit, offset });
    if (scored.length === limit) return scored;
    const rest = { limit: limit - scored.length, offset: Math.max(0, offset - run.evaluatedItems) };
    return [...scored, ...unscored.all({ runNo, datasetNo, ...rest })];
  }

  function numbersOf(found: FoundRun, query: RunItemsQuery): EvaluationPage<number> {
    const { runNo, run } = found;
    const limits = toLimits(query);
    if (query.below !== undefined) {
      const below = Math.min(query.below - SCORE_TOLERANCE, ABOVE_ALL);
      const numbers = query.worstFirst === true ? worstFirst : inOrder;
      return { found: numbers.all({ runNo, below, ...limits }), total: countBelow.get({ runNo, below }) ?? 0 };
    }
    const total = run.totalItems;
    if (query.worstFirst === true) return { found: worstNumbers(found, limits), total };
    const length = Math.max(0, Math.min(limits.limit, total - limits.offset));
    return { found: Array.from({ length }, (_, at) => limits.offset + at), total };
  }

  return {
    findRunItems: db.transaction((query: RunItemsQuery): EvaluationPage<RunItem> | undefined => {
      const found = byRef(query);
      if (found === undefined) return undefined;
      const numbers = numbersOf(found, query);
      return {
        found: numbers.found.flatMap((number) => read(found, number, query.maxCharacters) ?? []),
        total: numbers.total,
      };
    }),

    getRunItem: db.transaction(
      ({ number, ...ref }: EvaluationRef & { readonly number: number }): RunItem | undefined => {
        const found = byRef(ref);
        return found === undefined ? undefined : read(found, number);
      },
    ),
  };
}

function toRunItem({ metrics }: EvaluationRun, row: RunItemRow, maxCharacters: number | undefined): RunItem {
  const { number, overall, metricValues, remarks } = row;
  const numbered = toShownItem(row, maxCharacters);
  if (metricValues === null) return numbered;
  const names = metrics.map(({ key }) => key);
  const scored: ScoredItem = { number, overall, scores: toItemScores(names, metricValues, remarks) };
  return { ...numbered, scored };
}

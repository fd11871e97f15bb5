/** What whoever scores a run reads of it, and what whoever compares runs does. See component/evaluations.ts. */
import type { Database } from "better-sqlite3";
import type { EvaluationRef, NumberedItem, RunValues } from "../../component/evaluations.ts";
import { type ItemRow, toNumberedItem } from "./dataset-columns.ts";
import { prepareReadRun } from "./run-columns.ts";
import { writeColumns } from "./scored-item-columns.ts";
import { parseStored } from "./stored-json.ts";

const unscoredSql = `
  SELECT number, key, body FROM dataset_items AS i
  WHERE dataset_no = @datasetNo AND number > @after
    AND NOT EXISTS (SELECT 1 FROM run_values AS v WHERE v.run_no = @runNo AND v.number = i.number)
  ORDER BY number LIMIT @limit`;
const keysSql = "SELECT key FROM dataset_items WHERE dataset_no = ? ORDER BY number";
/** Items whose values are decoded at once. */
const sliceSize = 4096;
/** As text, because a buffer for each item takes longer than everything else. */
const valuesSql = `
  SELECT number, overall, hex(metric_values) FROM run_values WHERE run_no = ? AND number > ? ORDER BY number LIMIT ${sliceSize}`;

type ValuesRow = [number: number, overall: number | null, values: string];

export interface UnscoredOptions {
  readonly after?: number;
  readonly limit: number;
  readonly maxBytes: number;
}

export interface ReadRunValues {
  readonly readUnscoredItems: (ref: EvaluationRef, options: UnscoredOptions) => NumberedItem[];
  readonly readRunValues: (ref: EvaluationRef) => RunValues | undefined;
}

export function createReadRunValues(db: Database): ReadRunValues {
  const { byRef } = prepareReadRun(db);
  const unscored = db.prepare<object, ItemRow>(unscoredSql);
  const allKeys = db.prepare<[number], string>(keysSql).pluck();
  const slice = db.prepare<[number, number], ValuesRow>(valuesSql).raw();

  function* slicesOf(runNo: number): Generator<readonly ValuesRow[]> {
    for (let after = -1; ;) {
      const rows = slice.all(runNo, after);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      [after] = last;
    }
  }

  return {
    readUnscoredItems: db.transaction(
      (ref: EvaluationRef, { after = -1, limit, maxBytes }: UnscoredOptions): NumberedItem[] => {
        const found = byRef(ref);
        if (found === undefined) return [];
        const { runNo, datasetNo } = found;
        const items: NumberedItem[] = [];
        let bytes = 0;
        for (const row of unscored.iterate({ runNo, datasetNo, after, limit })) {
          bytes += Buffer.byteLength(row.key) + Buffer.byteLength(row.body);
          if (items.length > 0 && bytes > maxBytes) break;
          items.push(toNumberedItem(row));
        }
        return items;
      },
    ),

    readRunValues: db.transaction((ref: EvaluationRef): RunValues | undefined => {
      const found = byRef(ref);
      if (found === undefined) return undefined;
      const { runNo, datasetNo, run } = found;
      const all = parseStored<readonly string[]>(`[${allKeys.all(datasetNo).join(",")}]`);
      const keys: string[] = [];
      const overall = new Float64Array(run.evaluatedItems);
      const columns = run.metrics.map(() => new Float64Array(run.evaluatedItems));
      for (const rows of slicesOf(runNo)) {
        const hex = rows.map(([, , values]) => values);
        writeColumns(columns, keys.length, hex);
        for (const [number, score] of rows) {
          overall[keys.length] = score ?? Number.NaN;
          keys.push(all[number] ?? "");
        }
      }
      const values = new Map(run.metrics.map(({ key }, at) => [key, columns[at] ?? new Float64Array()]));
      return { run, keys, overall, values };
    }),
  };
}

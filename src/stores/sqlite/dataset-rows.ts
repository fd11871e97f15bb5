/** Datasets as they are written. See component/evaluations.ts. */
import type { DuplicateItem, EvaluationRef, NewDataset } from "../../component/evaluations.ts";
import type { Dataset } from "../../model/evaluation.ts";
import { datasetColumns, type DatasetRow, type EncodedItem, toDataset } from "./dataset-columns.ts";
import { randomEvaluationId } from "./evaluation-id.ts";
import { parseStored } from "./stored-json.ts";
import type { WriteContext } from "./write-context.ts";

const beginSql = `
  INSERT INTO datasets (project_id, dataset_id, name, source, created_ms) VALUES (@project, @id, @name, @source, @now)`;
const unfinished = "project_id = @project AND dataset_id = @id AND finished = 0";
const insertItemSql = `
  INSERT INTO dataset_items (dataset_no, number, key, body) VALUES (@datasetNo, @number, @key, @body)
  ON CONFLICT (dataset_no, key) DO NOTHING`;
const numberOfSql = "SELECT number FROM dataset_items WHERE dataset_no = ? AND key = ?";
const needsSql = `
  SELECT dataset_no AS datasetNo,
    EXISTS (SELECT 1 FROM evaluation_runs AS run WHERE run.dataset_no = datasets.dataset_no) AS isNeeded
  FROM datasets WHERE project_id = @project AND dataset_id = @id AND finished = 1`;

interface OpenDataset {
  readonly datasetNo: number;
  readonly items: number;
}

export type AddItemsOutcome = "added" | "closed" | DuplicateItem;

/** `drop`: removes a dataset's rows, those of its items by and by. */
export function createDatasetRows({ db, now }: WriteContext, drop: (datasetNo: number) => void) {
  const begin = db.prepare(beginSql);
  const open = db.prepare<object, OpenDataset>(
    `SELECT dataset_no AS datasetNo, items FROM datasets WHERE ${unfinished}`,
  );
  const insertItem = db.prepare(insertItemSql);
  const numberOf = db.prepare<[number, string], number>(numberOfSql).pluck();
  const removeFrom = db.prepare("DELETE FROM dataset_items WHERE dataset_no = ? AND number >= ?");
  const grow = db.prepare("UPDATE datasets SET items = items + ?, bytes = bytes + ? WHERE dataset_no = ?");
  const finish = db.prepare<object, DatasetRow>(
    `UPDATE datasets SET finished = 1 WHERE ${unfinished} RETURNING ${datasetColumns}`,
  );
  const needs = db.prepare<object, { datasetNo: number; isNeeded: 0 | 1 }>(needsSql);

  function add({ datasetNo, items: first }: OpenDataset, items: readonly EncodedItem[]): AddItemsOutcome {
    let bytes = 0;
    for (const [at, { key, body }] of items.entries()) {
      const number = first + at;
      if (insertItem.run({ datasetNo, number, key, body }).changes === 0) {
        const earlier = numberOf.get(datasetNo, key) ?? number;
        removeFrom.run(datasetNo, first);
        return { number, first: earlier, key: parseStored<string>(key) };
      }
      bytes += Buffer.byteLength(key) + Buffer.byteLength(body);
    }
    grow.run(items.length, bytes, datasetNo);
    return "added";
  }

  return {
    beginDataset({ project, name = null, source }: Omit<NewDataset, "name"> & { readonly name?: string | null }) {
      const id = randomEvaluationId();
      begin.run({ project, id, name, source, now: now() });
      return { project, id };
    },

    addDatasetItems({ project, id }: EvaluationRef, items: readonly EncodedItem[]): AddItemsOutcome {
      const dataset = open.get({ project, id });
      return dataset === undefined ? "closed" : add(dataset, items);
    },

    finishDataset({ project, id }: EvaluationRef): Dataset | undefined {
      const row = finish.get({ project, id });
      return row === undefined ? undefined : toDataset(row);
    },

    discardDataset({ project, id }: EvaluationRef): void {
      const dataset = open.get({ project, id });
      if (dataset !== undefined) drop(dataset.datasetNo);
    },

    deleteDataset({ project, id }: EvaluationRef): "done" | "missing" | "in_use" {
      const found = needs.get({ project, id });
      if (found === undefined) return "missing";
      if (found.isNeeded === 1) return "in_use";
      drop(found.datasetNo);
      return "done";
    },
  };
}

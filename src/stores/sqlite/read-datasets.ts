/** Datasets as they are read; those that are not finished are not there. See component/evaluations.ts. */
import type { Database } from "better-sqlite3";
import type {
  EvaluationPage,
  EvaluationRef,
  ItemPageQuery,
  NumberedItem,
  PageQuery,
} from "../../component/evaluations.ts";
import type { Dataset } from "../../model/evaluation.ts";
import { datasetColumns, type DatasetRow, type ItemRow, toDataset, toShownItem } from "./dataset-columns.ts";
import { toLimits } from "./page-limits.ts";

const ofProject = "FROM datasets WHERE project_id = @project AND finished = 1";
const itemsSql = `
  SELECT number, key, body FROM dataset_items
  WHERE dataset_no = @datasetNo AND number >= @offset ORDER BY number LIMIT @limit`;

type DatasetsQuery = PageQuery & { readonly project: string };

export interface ReadDatasets {
  readonly getDataset: (ref: EvaluationRef) => Dataset | undefined;
  readonly findDatasets: (query: DatasetsQuery) => EvaluationPage<Dataset>;
  readonly findDatasetItems: (query: EvaluationRef & ItemPageQuery) => EvaluationPage<NumberedItem> | undefined;
}

export function createReadDatasets(db: Database): ReadDatasets {
  const one = db.prepare<object, DatasetRow & { datasetNo: number }>(
    `SELECT ${datasetColumns}, dataset_no AS datasetNo ${ofProject} AND dataset_id = @id`,
  );
  const page = db.prepare<object, DatasetRow>(
    `SELECT ${datasetColumns} ${ofProject} AND name IS NOT NULL ORDER BY dataset_no DESC LIMIT @limit OFFSET @offset`,
  );
  const total = db.prepare<object, number>(`SELECT count(*) ${ofProject} AND name IS NOT NULL`).pluck();
  const items = db.prepare<object, ItemRow>(itemsSql);
  return {
    getDataset({ project, id }: EvaluationRef): Dataset | undefined {
      const row = one.get({ project, id });
      return row === undefined ? undefined : toDataset(row);
    },

    findDatasets: db.transaction(({ project, ...query }: DatasetsQuery): EvaluationPage<Dataset> => ({
      found: page.all({ project, ...toLimits(query) }).map(toDataset),
      total: total.get({ project }) ?? 0,
    })),

    findDatasetItems: db.transaction(
      ({
        project,
        id,
        maxCharacters,
        ...query
      }: EvaluationRef & ItemPageQuery): EvaluationPage<NumberedItem> | undefined => {
        const dataset = one.get({ project, id });
        if (dataset === undefined) return undefined;
        const found: NumberedItem[] = [];
        for (const row of items.iterate({ datasetNo: dataset.datasetNo, ...toLimits(query) }))
          found.push(toShownItem(row, maxCharacters));
        return { found, total: dataset.items };
      },
    ),
  };
}

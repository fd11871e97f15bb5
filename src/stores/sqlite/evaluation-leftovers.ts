/**
 * Datasets and runs are gone at once when they are deleted, the rows of a million items are not: these are removed in slices,
 * so that whatever else is to be written never waits long.
 */
import type { Database } from "better-sqlite3";

/** Rows of one slice, of one table. */
const sliceSize = 500;

const slicesSql = {
  dataset: [
    `DELETE FROM dataset_items WHERE item_no IN
       (SELECT item_no FROM dataset_items WHERE dataset_no = @no LIMIT ${sliceSize})`,
  ],
  run: [
    `DELETE FROM run_remarks WHERE remark_no IN
       (SELECT remark_no FROM run_remarks WHERE run_no = @no LIMIT ${sliceSize})`,
    `DELETE FROM run_values WHERE run_no = @no AND number IN
       (SELECT number FROM run_values WHERE run_no = @no ORDER BY number LIMIT ${sliceSize})`,
    "DELETE FROM run_metrics WHERE run_no = @no",
  ],
};

/** What is the project's, and not in slices. */
const projectSql = [
  "INSERT INTO evaluation_leftovers SELECT 'run', run_no FROM evaluation_runs WHERE project_id = ?",
  "INSERT INTO evaluation_leftovers SELECT 'dataset', dataset_no FROM datasets WHERE project_id = ?",
  ...["evaluation_runs", "datasets", "evaluation_projects", "evaluation_use"].map(
    (table) => `DELETE FROM ${table} WHERE project_id = ?`,
  ),
];

/** Nobody was told that these are safe: the server ended before they were finished, or before there was a run to go with. */
const unfinishedSql = `
  SELECT dataset_no FROM datasets AS d
  WHERE finished = 0 OR (name IS NULL AND NOT EXISTS (SELECT 1 FROM evaluation_runs AS run WHERE run.dataset_no = d.dataset_no))`;

interface Leftover {
  readonly kind: keyof typeof slicesSql;
  readonly no: number;
}

export interface EvaluationLeftovers {
  readonly dropDataset: (datasetNo: number) => void;
  readonly dropRun: (runNo: number) => void;
  /** All that the project has. */
  readonly dropProject: (project: string) => void;
  /** Removes a slice. True: nothing was left. */
  readonly clear: () => boolean;
}

export function createEvaluationLeftovers(db: Database): EvaluationLeftovers {
  const note = db.prepare<[Leftover]>("INSERT INTO evaluation_leftovers (kind, no) VALUES (@kind, @no)");
  const next = db.prepare<[], Leftover>("SELECT kind, no FROM evaluation_leftovers LIMIT 1");
  const forget = db.prepare<[Leftover]>("DELETE FROM evaluation_leftovers WHERE kind = @kind AND no = @no");
  const dropDataset = db.prepare("DELETE FROM datasets WHERE dataset_no = ?");
  const dropRun = db.prepare("DELETE FROM evaluation_runs WHERE run_no = ?");
  const dropProject = projectSql.map((sql) => db.prepare<[string]>(sql));
  const slices = {
    dataset: slicesSql.dataset.map((sql) => db.prepare<[{ no: number }]>(sql)),
    run: slicesSql.run.map((sql) => db.prepare<[{ no: number }]>(sql)),
  };

  return {
    dropDataset(no) {
      dropDataset.run(no);
      note.run({ kind: "dataset", no });
    },
    dropRun(no) {
      dropRun.run(no);
      note.run({ kind: "run", no });
    },
    dropProject(project) {
      for (const statement of dropProject) statement.run(project);
    },
    clear() {
      const leftover = next.get();
      if (leftover === undefined) return true;
      let removed = 0;
      for (const slice of slices[leftover.kind]) removed += slice.run({ no: leftover.no }).changes;
      if (removed === 0) forget.run(leftover);
      return false;
    },
  };
}

/** What the server does with it when it starts. */
export const dropUnfinishedDatasets = (db: Database): void =>
  db.transaction(() => {
    const { dropDataset, clear } = createEvaluationLeftovers(db);
    for (const datasetNo of db.prepare<[], number>(unfinishedSql).pluck().all()) dropDataset(datasetNo);
    while (!clear());
  })();

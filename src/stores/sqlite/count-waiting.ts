/** Counts what waits for the judge pipeline, over the indexes that hold nothing else. */
import type { Database } from "better-sqlite3";
import type { WaitingSessions } from "../../component/store.ts";
import { waitsForBuild } from "./request-builds.ts";

const countSql = `
  SELECT
    (SELECT count(*) FROM sessions INDEXED BY sessions_waiting_by_activity WHERE changed = 1) AS open,
    (SELECT count(*) FROM sessions INDEXED BY sessions_due WHERE due_ms IS NOT NULL) AS due`;

export function createCountWaiting(db: Database): () => WaitingSessions {
  const count = db.prepare<[], WaitingSessions>(countSql);
  return () => count.get() ?? { open: 0, due: 0 };
}

export function createCountRequestedBuilds(db: Database): (project: string) => number {
  const count = db
    .prepare<[string], number>(
      `SELECT count(*) FROM sessions INDEXED BY sessions_to_rebuild
       WHERE ${waitsForBuild} AND project_id = ?`,
    )
    .pluck();
  return (project) => count.get(project) ?? 0;
}

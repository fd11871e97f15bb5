import type { Database } from "better-sqlite3";
import type { SessionRef } from "../../component/store.ts";

/** Finds a session's number by its id, or by the id of a session that was joined to it. */
export function prepareFindSession(db: Database): (ref: SessionRef) => number | undefined {
  const find = db
    .prepare<object, number>(
      `SELECT session_no FROM sessions WHERE project_id = @project AND session_id = @id
       UNION ALL SELECT session_no FROM session_aliases WHERE project_id = @project AND session_id = @id
       LIMIT 1`,
    )
    .pluck();
  return ({ project, id }) => find.get({ project, id });
}

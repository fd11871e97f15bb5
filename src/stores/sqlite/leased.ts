import type { Database } from "better-sqlite3";
import type { Claim } from "../../component/store.ts";

/** Finds the claimed session's number; undefined when the lease has ended. */
export function prepareLeased(
  db: Database,
  now: () => number,
): (claim: Pick<Claim, "project" | "id" | "lease">) => number | undefined {
  const find = db
    .prepare<[string, string, string, number], number>(
      `SELECT session_no FROM sessions
       WHERE project_id = ? AND session_id = ? AND lease = ? AND lease_expires_ms > ?`,
    )
    .pluck();
  return ({ project, id, lease }) => find.get(project, id, lease, now());
}

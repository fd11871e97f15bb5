/** Marks sessions for a backfill, and takes the marks away. See component/backfills.ts. */
import type { BackfillRequest } from "../../component/backfills.ts";
import type { WriteContext } from "./write-context.ts";

/** Sessions of one slice: what else is to be written waits no longer than that. */
const sliceSize = 1000;

/** What `backfill` holds: what was not said yet, or everything again. */
export const modes = { missing: 1, again: 2 } as const;

const otherSql = `
  SELECT 1 FROM sessions INDEXED BY sessions_to_backfill
  WHERE backfill > 0 AND project_id = @project AND (backfill <> @mode OR backfill_by IS NOT @judge) LIMIT 1`;
const markSql = `
  UPDATE sessions SET backfill = @mode, backfill_by = @judge, backfill_ms = 0, requests = requests + 1, attempts = 0
  WHERE session_no = @sessionNo AND project_id = @project`;
const cancelSql = `
  UPDATE sessions SET backfill = 0 WHERE session_no IN (
    SELECT session_no FROM sessions INDEXED BY sessions_to_backfill
    WHERE backfill > 0 AND project_id = ? LIMIT ${sliceSize})`;

export function createBackfillRows({ db }: WriteContext) {
  const other = db.prepare(otherSql).pluck();
  const mark = db.prepare(markSql);
  const cancel = db.prepare(cancelSql);
  return {
    requestBackfill({ project, sessions, judge, again }: BackfillRequest): boolean {
      const wanted = { project, mode: again ? modes.again : modes.missing, judge: judge ?? null };
      if (other.get(wanted) !== undefined) return false;
      for (const sessionNo of sessions) mark.run({ ...wanted, sessionNo });
      return true;
    },

    cancelBackfill: (project: string): number => cancel.run(project).changes,
  };
}

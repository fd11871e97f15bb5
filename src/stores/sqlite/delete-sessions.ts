import type { DeletedSessions, DeleteSessionsOptions, SessionRef } from "../../component/store.ts";
import type { WriteContext } from "./write-context.ts";

/** Sessions of one slice: what else is to be written waits no longer than that. */
const sliceSize = 20;

/** Removes what the project has when it begins; the cursor is the last of it. */
export function createDeleteSessions({ db }: WriteContext, deleteSession: (ref: SessionRef) => boolean) {
  const last = db.prepare<[string], number | null>("SELECT max(session_no) FROM sessions WHERE project_id = ?").pluck();
  const next = db
    .prepare<object, string>(
      `SELECT session_id FROM sessions WHERE project_id = @project AND session_no <= @last
       ORDER BY session_no LIMIT ${sliceSize}`,
    )
    .pluck();

  return function deleteSessions({ project, cursor }: DeleteSessionsOptions): DeletedSessions {
    const upTo = cursor ?? last.get(project) ?? 0;
    const ids = next.all({ project, last: upTo });
    for (const id of ids) deleteSession({ project, id });
    return { sessions: ids.length, ...(ids.length < sliceSize ? {} : { cursor: upTo }) };
  };
}

/** Asks for sessions to be built again. */
import type { RequestBuildsOptions, RequestedBuilds, SessionRef } from "../../component/store.ts";
import type { SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

/** Sessions of one slice: what else is to be written waits no longer than that. */
const sliceSize = 1000;

/** Of all sessions, one that has changed is built when it goes idle, as ever: before that it would be judged in the middle. */
export const waitsForBuild = "rebuild > 0 AND (rebuild = 1 OR changed = 0)";

const requestSql = "UPDATE sessions SET rebuild = 1, requests = requests + 1, attempts = 0 WHERE session_no = ?";
const requestAllSql = `
  UPDATE sessions SET rebuild = CASE rebuild WHEN 1 THEN 1 ELSE 2 END, requests = requests + 1, attempts = 0
  WHERE session_no = ?`;
const cancelSql = `
  UPDATE sessions SET rebuild = 0 WHERE session_no IN (
    SELECT session_no FROM sessions INDEXED BY sessions_to_rebuild
    WHERE rebuild > 0 AND rebuild = 2 AND project_id = ? LIMIT ${sliceSize})`;

export function createRequestBuilds({ db, notify }: WriteContext, sessions: SessionRows) {
  const request = db.prepare(requestSql);
  const requestOfAll = db.prepare(requestAllSql);
  const cancel = db.prepare(cancelSql);
  const next = db
    .prepare<[string, number, number], number>(
      "SELECT session_no FROM sessions WHERE project_id = ? AND session_no > ? ORDER BY session_no LIMIT ?",
    )
    .pluck();

  return {
    requestBuild({ project, id }: SessionRef): boolean {
      const sessionNo = sessions.find({ project, id });
      if (sessionNo === undefined) return false;
      request.run(sessionNo);
      notify({ project, id: sessions.read(sessionNo).id, kind: "session-updated" });
      return true;
    },

    requestBuilds({ project, cursor }: RequestBuildsOptions): RequestedBuilds {
      const found = next.all(project, cursor ?? -1, sliceSize);
      for (const sessionNo of found) requestOfAll.run(sessionNo);
      const last = found.length < sliceSize ? undefined : found.at(-1);
      return { sessions: found.length, ...(last === undefined ? {} : { cursor: last }) };
    },

    cancelBuilds: (project: string): number => cancel.run(project).changes,
  };
}

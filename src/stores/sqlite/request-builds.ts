/** Asks for sessions to be built again. */
import type { RequestBuildsOptions, RequestedBuilds, SessionRef } from "../../component/store.ts";
import type { SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

/** Sessions of one slice: what else is to be written waits no longer than that. */
const sliceSize = 1000;

const requestSql = "UPDATE sessions SET rebuild = 1, requests = requests + 1, attempts = 0 WHERE session_no = ?";

export function createRequestBuilds({ db, notify }: WriteContext, sessions: SessionRows) {
  const request = db.prepare(requestSql);
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
      for (const sessionNo of found) request.run(sessionNo);
      const last = found.length < sliceSize ? undefined : found.at(-1);
      return { sessions: found.length, ...(last === undefined ? {} : { cursor: last }) };
    },
  };
}

import type { Database } from "better-sqlite3";
import type { LinkedSession } from "../../component/store.ts";
import { toStoredLink } from "./session-links.ts";

/**
 * What half the project says ("Hi", "Hello, how can I help?") links half the project: of each link only the newest sessions
 * are looked at, so that a lookup costs the same in a large database.
 */
export const sessionsPerLink = 100;

interface LinkedRow {
  readonly id: string;
  readonly conversationId: string | null;
  readonly links: number;
}

export type FindLinked = (
  project: string,
  sessionNo: number | undefined,
  links: readonly bigint[],
  limit: number,
) => LinkedSession[];

/** Sessions that share links, most shared first, the older ones first among equals. */
export function prepareFindLinked(db: Database): FindLinked {
  const newest = db
    .prepare<[string, bigint, number], number>(
      "SELECT session_no FROM session_links WHERE project_id = ? AND link = ? ORDER BY session_no DESC LIMIT ?",
    )
    .pluck();
  const row = db.prepare<[number], LinkedRow>(
    `SELECT session_id AS id, conversation_id AS conversationId,
       (SELECT count(*) FROM session_links AS own WHERE own.session_no = sessions.session_no) AS links
     FROM sessions WHERE session_no = ?`,
  );
  return (project, sessionNo, links, limit) => {
    const shared = new Map<number, number>();
    for (const link of new Set(links.map(toStoredLink)))
      for (const other of newest.all(project, link, sessionsPerLink))
        if (other !== sessionNo) shared.set(other, (shared.get(other) ?? 0) + 1);
    const most = [...shared].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, limit);
    return most.flatMap(([other, sharedLinks]) => {
      const found = row.get(other);
      return found === undefined ? [] : [toLinked(found, sharedLinks)];
    });
  };
}

function toLinked({ id, conversationId, links }: LinkedRow, sharedLinks: number): LinkedSession {
  return { id, sharedLinks, links, ...(conversationId === null ? {} : { conversationId }) };
}

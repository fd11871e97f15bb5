import type { Database } from "better-sqlite3";
import type { SessionChange } from "./session-change.ts";

/** Makes these the session's links. */
export function prepareSaveLinks(db: Database): (project: string, sessionNo: number, change: SessionChange) => void {
  const stored = db
    .prepare<[number], bigint>("SELECT link FROM session_links WHERE session_no = ?")
    .pluck()
    .safeIntegers();
  const insert = db.prepare("INSERT OR IGNORE INTO session_links (project_id, link, session_no) VALUES (?, ?, ?)");
  const remove = db.prepare("DELETE FROM session_links WHERE project_id = ? AND link = ? AND session_no = ?");
  return (project, sessionNo, { links, goneLinks, isWhole }) => {
    const old = new Set(isWhole ? stored.all(sessionNo) : goneLinks.map(toStoredLink));
    for (const link of links.map(toStoredLink)) if (!old.delete(link)) insert.run(project, link, sessionNo);
    for (const link of old) remove.run(project, link, sessionNo);
  };
}

/** SQLite's integers have a sign. */
export function toStoredLink(link: bigint): bigint {
  return BigInt.asIntN(64, link);
}

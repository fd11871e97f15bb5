/** Sessions as rows: found by id or alias, created, touched by new facts, joined. */
import { LRUCache } from "lru-cache";
import { prepareAbsorb } from "./absorb-session.ts";
import { prepareFindSession } from "./find-session.ts";
import { conversationSessionId, traceSessionId } from "./session-id.ts";
import type { WriteContext } from "./write-context.ts";

/** A session as the writer knows it between two lookups. */
export interface SessionRow {
  readonly sessionNo: number;
  readonly id: string;
  /** What its sender calls it; absent for a session that only its trace or its messages hold together. */
  readonly conversationId?: string;
}

const MAX_REMEMBERED = 20_000;

export type SessionRows = ReturnType<typeof createSessionRows>;

const rowSql = `
  SELECT session_no AS sessionNo, session_id AS id, CASE WHEN named = 1 THEN conversation_id END AS conversationId
  FROM sessions WHERE session_no = ?`;

const touchSql = `
  UPDATE sessions SET facts_version = facts_version + 1, changed = 1, status = 'open', error = NULL, due_ms = NULL,
    changed_ms = CASE changed WHEN 1 THEN changed_ms ELSE @now END, last_activity_ms = @now, start_us = min(start_us, @startUs)
  WHERE session_no = @sessionNo RETURNING facts_version`;

const insertSql = `
  INSERT INTO sessions (project_id, session_id, source, named, conversation_id, status, created_ms, start_us,
    last_activity_ms, changed_ms, facts_version)
  VALUES (@project, @id, 'otlp', @named, @conversationId, 'open', @now, @startUs, @now, @now, 1)`;

export function createSessionRows({ db, now, notify }: WriteContext) {
  const find = prepareFindSession(db);
  const rowStatement = db.prepare<[number], { sessionNo: number; id: string; conversationId: string | null }>(rowSql);
  const touchStatement = db.prepare<object, number>(touchSql).pluck();
  const insertStatement = db.prepare(insertSql);
  const absorbRow = prepareAbsorb(db);
  const conversations = new LRUCache<string, SessionRow>({ max: MAX_REMEMBERED });
  let newestNo = Number.MAX_SAFE_INTEGER;

  function read(sessionNo: number): SessionRow {
    const row = rowStatement.get(sessionNo);
    if (row === undefined) throw new Error(`session ${sessionNo} is gone`);
    return toRow(row.sessionNo, row.id, row.conversationId);
  }

  function insert(project: string, id: string, conversationId: string | null, startUs: number): SessionRow {
    const named = conversationId === null ? 0 : 1;
    const { lastInsertRowid } = insertStatement.run({ project, id, named, conversationId, now: now(), startUs });
    newestNo = Number(lastInsertRowid);
    notify({ project, id, kind: "session-updated" });
    return toRow(newestNo, id, conversationId);
  }

  return {
    find,
    read,

    /** Sessions that are created from now on have higher numbers. Before the first one was created, any number does. */
    newestNo: () => newestNo,

    /** The session of a named conversation, which is created when it is new. */
    ofConversation(project: string, conversationId: string, startUs: number): SessionRow {
      const key = `${project}|${conversationId}`;
      const known = conversations.get(key);
      if (known !== undefined) return known;
      const id = conversationSessionId(project, conversationId);
      const found = find({ project, id });
      const row = found === undefined ? insert(project, id, conversationId, startUs) : read(found);
      conversations.set(key, row);
      return row;
    },

    /** A session for a trace that names no conversation. `traceId` in hex. */
    ofTrace(project: string, traceId: string, startUs: number): SessionRow {
      const id = traceSessionId(project, traceId);
      const found = find({ project, id });
      return found === undefined ? insert(project, id, null, startUs) : read(found);
    },

    /** New facts arrived: the session is open again, and waits until it goes idle. Returns its new facts_version. */
    touch(project: string, { sessionNo, id }: SessionRow, startUs: number): number {
      const version = touchStatement.get({ now: now(), startUs, sessionNo });
      if (version === undefined) throw new Error(`session ${sessionNo} is gone`);
      notify({ project, id, kind: "session-updated" });
      return version;
    },

    /** `from` becomes part of `into`; its id keeps answering. */
    absorb(project: string, from: SessionRow, into: SessionRow): void {
      absorbRow(from.sessionNo, into.sessionNo);
      conversations.clear();
      for (const { id } of [from, into]) notify({ project, id, kind: "session-updated" });
    },

    /** Forgets everything, because rows may have gone. */
    forget: () => conversations.clear(),
  };
}

function toRow(sessionNo: number, id: string, conversationId: string | null): SessionRow {
  return { sessionNo, id, ...(conversationId === null ? {} : { conversationId }) };
}

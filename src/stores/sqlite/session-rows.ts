/** Sessions as rows: found by id or alias, created, touched by new facts, joined. */
import { LRUCache } from "lru-cache";
import type { NewMessageSession, SessionRef } from "../../component/store.ts";
import type { SessionSource } from "../../model/session.ts";
import { prepareAbsorb } from "./absorb-session.ts";
import { prepareFindSession } from "./find-session.ts";
import { conversationSessionId, randomSessionId, traceSessionId } from "./session-id.ts";
import type { WriteContext } from "./write-context.ts";

/** A session as the writer knows it between two lookups. */
export interface SessionRow {
  readonly sessionNo: number;
  readonly id: string;
  /** What its sender calls it; absent for a session that only its trace or its messages hold together. */
  readonly conversationId?: string;
}

const MAX_REMEMBERED = 50_000;

export type SessionRows = ReturnType<typeof createSessionRows>;

const rowSql = `
  SELECT session_no AS sessionNo, session_id AS id, CASE WHEN named = 1 THEN conversation_id END AS conversationId
  FROM sessions WHERE session_no = ?`;

const touchSql = `
  UPDATE sessions SET facts_version = facts_version + 1, changed = 1, status = 'open', error = NULL, due_ms = NULL,
    last_activity_ms = @now, start_us = min(start_us, @startUs)
  WHERE session_no = @sessionNo`;

const insertSql = `
  INSERT INTO sessions (project_id, session_id, source, named, conversation_id, status, created_ms, start_us,
    last_activity_ms, due_ms, metadata, instructions, evaluate_safety, tools)
  VALUES (@project, @id, @source, @named, @conversationId, @status, @now, @startUs, @now, @dueMs, @metadata,
    @instructions, @evaluateSafety, @tools)`;

interface NewRow {
  readonly project: string;
  readonly id: string;
  readonly source: SessionSource;
  readonly conversationId?: string;
  readonly startUs: number;
}

export function createSessionRows({ db, now, notify }: WriteContext) {
  const find = prepareFindSession(db);
  const rowStatement = db.prepare<[number], { sessionNo: number; id: string; conversationId: string | null }>(rowSql);
  const touchStatement = db.prepare(touchSql);
  const insertStatement = db.prepare(insertSql);
  const insertMessage = db.prepare("INSERT INTO messages (session_no, position, body) VALUES (?, ?, ?)");
  const absorbRow = prepareAbsorb(db);
  const conversations = new LRUCache<string, SessionRow>({ max: MAX_REMEMBERED });

  function read(sessionNo: number): SessionRow {
    const row = rowStatement.get(sessionNo);
    if (row === undefined) throw new Error(`session ${sessionNo} is gone`);
    const { sessionNo: no, id, conversationId } = row;
    return { sessionNo: no, id, ...(conversationId === null ? {} : { conversationId }) };
  }

  function insert(row: NewRow, fields: Readonly<Record<string, unknown>> = {}): SessionRow {
    const { id, conversationId } = row;
    const { lastInsertRowid } = insertStatement.run({
      ...row,
      named: conversationId === undefined ? 0 : 1,
      conversationId: conversationId ?? null,
      now: now(),
      status: "open",
      dueMs: null,
      metadata: "{}",
      instructions: null,
      evaluateSafety: 0,
      tools: "[]",
      ...fields,
    });
    return { sessionNo: Number(lastInsertRowid), id, ...(conversationId === undefined ? {} : { conversationId }) };
  }

  return {
    find,
    read,

    /** The session of a named conversation, which is created when it is new. */
    ofConversation(project: string, conversationId: string, startUs: number): SessionRow {
      const key = `${project}|${conversationId}`;
      const known = conversations.get(key);
      if (known !== undefined) return known;
      const id = conversationSessionId(project, conversationId);
      const found = find({ project, id });
      const row = found === undefined ? insert({ project, id, source: "otlp", conversationId, startUs }) : read(found);
      conversations.set(key, row);
      return row;
    },

    /** A session for a trace that names no conversation. `traceId` in hex. */
    ofTrace(project: string, traceId: string, startUs: number): SessionRow {
      const id = traceSessionId(project, traceId);
      const found = find({ project, id });
      return found === undefined ? insert({ project, id, source: "otlp", startUs }) : read(found);
    },

    ofMessages(session: NewMessageSession): SessionRef {
      const ref = { project: session.project, id: randomSessionId() };
      const row = insert(
        { ...ref, source: session.source, startUs: now() * 1000 },
        {
          status: session.open ? "open" : "pending",
          dueMs: session.open ? null : 0,
          metadata: JSON.stringify(session.metadata),
          instructions: session.judging.instructions ?? null,
          evaluateSafety: session.judging.evaluateSafety ? 1 : 0,
          tools: JSON.stringify(session.tools ?? []),
        },
      );
      for (const [position, message] of session.messages.entries())
        insertMessage.run(row.sessionNo, position, JSON.stringify(message));
      notify({ ...ref, kind: "session-updated" });
      return ref;
    },

    /** New facts arrived: the session is open again, and waits until it goes idle. */
    touch(project: string, { sessionNo, id }: SessionRow, startUs: number): void {
      touchStatement.run({ sessionNo, startUs, now: now() });
      notify({ project, id, kind: "session-updated" });
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

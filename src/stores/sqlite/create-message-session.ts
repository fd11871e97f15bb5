import type { NewMessageSession, SessionRef } from "../../component/store.ts";
import { randomSessionId } from "./session-id.ts";
import type { WriteContext } from "./write-context.ts";

const insertSql = `
  INSERT INTO sessions (project_id, session_id, source, named, status, due_ms, metadata, instructions, evaluate_safety,
    tools, facts_version, created_ms, start_us, last_activity_ms, changed_ms)
  VALUES (@project, @id, @source, 0, @status, @dueMs, @metadata, @instructions, @evaluateSafety, @tools, 1, @now,
    @now * 1000, @now, @now)`;

/** Stores a session that came as messages; unless more may come it waits for a judge at once. */
export function createCreateMessageSession({ db, now, notify }: WriteContext) {
  const insert = db.prepare(insertSql);
  const insertMessage = db.prepare("INSERT INTO messages (session_no, position, body) VALUES (?, ?, ?)");

  return function createMessageSession(session: NewMessageSession): SessionRef {
    const ref = { project: session.project, id: randomSessionId() };
    const { lastInsertRowid } = insert.run({
      ...ref,
      source: session.source,
      status: session.open ? "open" : "pending",
      dueMs: session.open ? null : 0,
      metadata: JSON.stringify(session.metadata),
      instructions: session.judging.instructions ?? null,
      evaluateSafety: session.judging.evaluateSafety ? 1 : 0,
      tools: JSON.stringify(session.tools ?? []),
      now: now(),
    });
    for (const [position, message] of session.messages.entries())
      insertMessage.run(lastInsertRowid, position, JSON.stringify(message));
    notify({ ...ref, kind: "session-updated" });
    return ref;
  };
}

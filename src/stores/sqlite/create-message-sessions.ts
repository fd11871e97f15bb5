import type { CreatedSession, NewMessageSession } from "../../component/store.ts";
import type { Refusal } from "../../model/errors.ts";
import { excessOf } from "../../model/message-limits.ts";
import { prepareInsertIntake } from "./intake-rows.ts";
import { randomSessionId } from "./session-id.ts";
import type { WriteContext } from "./write-context.ts";

const insertSql = `
  INSERT INTO sessions (project_id, session_id, source, named, status, changed, due_ms, metadata, instructions,
    evaluate_safety, tools, takes_messages, characters, tool_calls, idempotency_key, request_digest, facts_version,
    created_ms, start_us, last_activity_ms, changed_ms)
  VALUES (@project, @id, @source, 0, @status, 0, @dueMs, @metadata, @instructions, @evaluateSafety, @tools, @open,
    @characters, @toolCalls, @key, @digest, 1, @now, @now * 1000, @now, @now)`;

/** No more of them than the limit are looked at. */
const countSql = `
  SELECT count(*) FROM (SELECT 1 FROM sessions INDEXED BY sessions_by_messages
    WHERE project_id = @project AND source <> 'otlp' LIMIT @limit)`;

interface KnownRequest {
  readonly id: string;
  readonly digest: string;
}

export const conflict: Refusal = {
  code: "idempotency_conflict",
  message: "this idempotency key was used for another request; a new request needs a new key",
};

/**
 * Stores sessions that came as messages; unless more may come they wait for a judge at once. A session's limits hold as of the
 * commit that creates it.
 */
export function createCreateMessageSessions(context: WriteContext) {
  const { db, now, notify } = context;
  const insertIntake = prepareInsertIntake(context);
  const insert = db.prepare(insertSql);
  const insertMessage = db.prepare("INSERT INTO messages (session_no, position, body) VALUES (?, ?, ?)");
  const count = db.prepare<object, number>(countSql).pluck();
  const find = db.prepare<[string, string], KnownRequest>(
    "SELECT session_id AS id, request_digest AS digest FROM sessions WHERE project_id = ? AND idempotency_key = ?",
  );

  const knownAs = ({ project, idempotency }: NewMessageSession): KnownRequest | undefined =>
    idempotency === undefined ? undefined : find.get(project, idempotency.key);

  function refusalOf({ project, allowance }: NewMessageSession): Refusal | undefined {
    if (allowance === undefined) return undefined;
    const { limits, size } = allowance;
    const excess = excessOf(size, limits);
    if (excess !== undefined) return excess;
    if ((count.get({ project, limit: limits.maxTraces }) ?? 0) < limits.maxTraces) return undefined;
    const message = `${limits.maxTraces} traces are stored, which is this account's limit; delete some to make room`;
    return { code: "trace_limit_reached", message };
  }

  function create(session: NewMessageSession): CreatedSession {
    const ref = { project: session.project, id: randomSessionId() };
    const { lastInsertRowid } = insert.run({
      ...ref,
      source: session.source,
      status: session.open ? "open" : "pending",
      open: session.open ? 1 : 0,
      dueMs: session.open && session.messages.length === 0 ? null : 0,
      metadata: JSON.stringify(session.metadata),
      instructions: session.judging.instructions ?? null,
      evaluateSafety: session.judging.evaluateSafety ? 1 : 0,
      tools: JSON.stringify(session.tools ?? []),
      characters: session.allowance?.size.characters ?? 0,
      toolCalls: session.allowance?.size.toolCalls ?? 0,
      key: session.idempotency?.key ?? null,
      digest: session.idempotency?.digest ?? null,
      now: now(),
    });
    for (const [position, message] of session.messages.entries())
      insertMessage.run(lastInsertRowid, position, JSON.stringify(message));
    if (session.intake !== undefined) insertIntake(lastInsertRowid, session.intake);
    notify({ ...ref, kind: "session-updated" });
    return ref;
  }

  return function createMessageSessions(sessions: readonly NewMessageSession[]): readonly (CreatedSession | Refusal)[] {
    const isConflict = sessions.some((session) => {
      const known = knownAs(session);
      return known !== undefined && known.digest !== session.idempotency?.digest;
    });
    if (isConflict) return sessions.map(() => conflict);
    return sessions.map((session) => {
      const known = knownAs(session);
      if (known !== undefined) return { project: session.project, id: known.id, isReplay: true };
      return refusalOf(session) ?? create(session);
    });
  };
}

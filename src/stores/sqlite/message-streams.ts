/** Open sessions of messages: what is added to them, and their end. */
import type { IdempotencyKey } from "../../component/idempotency-key.ts";
import type { AppendOptions, AppendOutcome, SessionRef } from "../../component/store.ts";
import type { Refusal } from "../../model/errors.ts";
import type { ChatMessage } from "../../model/message.ts";
import { addSizes, type Allowance, excessOf } from "../../model/message-limits.ts";
import type { SessionSource } from "../../model/session.ts";
import { conflict } from "./create-message-sessions.ts";
import type { SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

const streamSql = `
  SELECT source, takes_messages AS takesMessages, characters, tool_calls AS toolCalls,
    (SELECT coalesce(max(position) + 1, 0) FROM messages WHERE messages.session_no = sessions.session_no) AS nextPosition
  FROM sessions WHERE session_no = ?`;
/** Its answered turns are judged at once: nobody has to wait for its silence to know where it ends. */
const growSql = `
  UPDATE sessions SET facts_version = facts_version + 1, due_ms = 0, error = NULL, last_activity_ms = @now,
    characters = characters + @characters, tool_calls = tool_calls + @toolCalls
  WHERE session_no = @sessionNo`;
const insertSql = `
  INSERT INTO messages (session_no, position, body, idempotency_key, request_digest)
  VALUES (@sessionNo, @position, @body, @key, @digest)`;
const knownSql = "SELECT request_digest FROM messages WHERE session_no = ? AND idempotency_key = ?";
const endSql = `
  UPDATE sessions SET takes_messages = 0, due_ms = 0, attempts = 0, requests = requests + 1, status = 'closing'
  WHERE session_no = ?`;
const silentSql = `
  SELECT session_no AS sessionNo, project_id AS project FROM sessions INDEXED BY sessions_taking_messages
  WHERE takes_messages = 1 AND last_activity_ms <= @silentSince`;

interface StreamRow {
  readonly source: SessionSource;
  readonly takesMessages: number;
  readonly characters: number;
  readonly toolCalls: number;
  readonly nextPosition: number;
}

export type MessageStreams = ReturnType<typeof createMessageStreams>;

export function createMessageStreams({ db, now, notify }: WriteContext, sessions: SessionRows) {
  const read = db.prepare<[number], StreamRow>(streamSql);
  const insert = db.prepare(insertSql);
  const known = db.prepare<[number, string], string>(knownSql).pluck();
  const grow = db.prepare(growSql);
  const end = db.prepare(endSql);
  const silent = db.prepare<object, { sessionNo: number; project: string }>(silentSql);

  function tell(project: string, sessionNo: number): void {
    notify({ project, id: sessions.read(sessionNo).id, kind: "session-updated" });
  }

  function find(ref: SessionRef): { sessionNo: number; stream: StreamRow } | undefined {
    const sessionNo = sessions.find(ref);
    const stream = sessionNo === undefined ? undefined : read.get(sessionNo);
    return sessionNo === undefined || stream === undefined ? undefined : { sessionNo, stream };
  }

  function closeSilentStreams(silenceMs: number): void {
    for (const { sessionNo, project } of silent.all({ silentSince: now() - silenceMs })) {
      end.run(sessionNo);
      tell(project, sessionNo);
    }
  }

  const operations = {
    appendMessages(
      ref: SessionRef,
      messages: readonly ChatMessage[],
      { allowance, idempotency }: AppendOptions = {},
    ): AppendOutcome | Refusal {
      const found = find(ref);
      if (found === undefined) return "missing";
      const { sessionNo, stream } = found;
      const before = idempotency && known.get(sessionNo, idempotency.key);
      if (before !== undefined) return before === idempotency?.digest ? "replayed" : conflict;
      const refusal = refusalOf(stream) ?? excessOfAll(stream, allowance);
      if (refusal !== undefined) return refusal;
      for (const [at, message] of messages.entries()) {
        const row = { sessionNo, position: stream.nextPosition + at, body: JSON.stringify(message) };
        insert.run({ ...row, ...keyOf(at === 0 ? idempotency : undefined) });
      }
      const { characters, toolCalls } = allowance?.size ?? nothing;
      grow.run({ sessionNo, characters, toolCalls, now: now() });
      tell(ref.project, sessionNo);
      return "added";
    },

    /** False: no such session. A stream that is closed stays so. */
    closeStream(ref: SessionRef): boolean | Refusal {
      const found = find(ref);
      if (found === undefined) return false;
      const { sessionNo, stream } = found;
      if (stream.source !== "stream") return notAStream;
      if (stream.takesMessages === 0) return true;
      end.run(sessionNo);
      tell(ref.project, sessionNo);
      return true;
    },
  };
  return { operations, closeSilentStreams };
}

const keyOf = ({ key, digest }: Partial<IdempotencyKey> = {}) => ({ key: key ?? null, digest: digest ?? null });

const nothing = { characters: 0, toolCalls: 0 };

const notAStream: Refusal = {
  code: "not_a_stream",
  message: "this session takes no more messages: it was not opened with POST /api/v1/traces/streaming",
};
const closed: Refusal = { code: "session_closed", message: "this session was closed and takes no more messages" };

function refusalOf({ source, takesMessages }: StreamRow): Refusal | undefined {
  if (source !== "stream") return notAStream;
  return takesMessages === 0 ? closed : undefined;
}

const excessOfAll = (stream: StreamRow, allowance: Allowance | undefined): Refusal | undefined =>
  allowance === undefined ? undefined : excessOf(addSizes(stream, allowance.size), allowance.limits);

/** Everything that changes the database, as functions that run inside the writer's transaction. */
import { createClaims } from "./claims.ts";
import { createCreateMessageSession } from "./create-message-session.ts";
import { createDeleteSession } from "./delete-session.ts";
import { createJoinSession } from "./join-session.ts";
import { createJudgementRows } from "./judgement-rows.ts";
import { createQueueRows } from "./queue-rows.ts";
import { createRequestBuilds } from "./request-builds.ts";
import { createSaveSession } from "./save-session.ts";
import { createSessionRows } from "./session-rows.ts";
import { createSharedRows } from "./shared-rows.ts";
import { createSpanPayloads } from "./span-payloads.ts";
import { createTraceRows } from "./trace-rows.ts";
import type { WriteContext } from "./write-context.ts";
import { createWriteLogRecords } from "./write-log-records.ts";
import { createWriteSpans } from "./write-spans.ts";

export type WriteOperations = ReturnType<typeof createWriteOperations>["operations"];

/** `forget` drops everything that is remembered of rows, to be called after a rollback. */
export function createWriteOperations(context: WriteContext, conversationKeys: readonly string[]) {
  const sessions = createSessionRows(context);
  const traces = createTraceRows(context, sessions);
  const shared = createSharedRows(context.db);
  const payloads = createSpanPayloads(context.db);
  const parts = { sessions, traces, shared, payloads, conversationKeys };
  const forget = (): void => {
    for (const part of [sessions, traces, shared, payloads]) part.forget();
  };
  const claims = createClaims(context, sessions);
  const operations = {
    writeSpans: createWriteSpans(context, parts),
    writeLogRecords: createWriteLogRecords(context, parts, claims.closeSession),
    createMessageSession: createCreateMessageSession(context),
    deleteSession: createDeleteSession(context, sessions, payloads, forget),
    joinSession: createJoinSession(context, sessions, forget),
    saveSession: createSaveSession(context),
    ...claims,
    ...createRequestBuilds(context, sessions),
    ...createJudgementRows(context),
    ...createQueueRows(context),
  };
  return { operations, forget };
}

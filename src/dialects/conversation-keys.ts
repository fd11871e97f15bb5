/**
 * The attribute keys that name a conversation, the first present wins. Plain keys only: they are read at ingest, before
 * the sender gets its answer. Ids inside JSON values are found later, when the session is built.
 */
export const conversationKeys: readonly string[] = [
  "gen_ai.conversation.id",
  "session.id",
  "langfuse.session.id",
  ...under("traceloop.association.properties", ["session_id", "sessionId", "conversation_id", "chat_id", "thread_id"]),
  ...under("ai.telemetry.metadata", ["sessionId", "conversationId", "threadId", "chatId"]),
  ...under("ai.settings.context", ["sessionId", "conversationId", "threadId", "chatId"]),
  ...under("langsmith.metadata", ["session_id", "thread_id", "conversation_id"]),
  "gcp.vertex.agent.session_id",
  ...under("mastra.metadata", ["threadId", "sessionId"]),
  "metadata.sessionId",
  "mlflow.trace.session",
];

function under(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => `${prefix}.${name}`);
}

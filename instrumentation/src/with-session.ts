import { currentScope, within } from "./scope.ts";
import { createTurnTrace } from "./turn-trace.ts";

/**
 * Runs `fn`; every model call and tool call in it, also after an await, belongs to the conversation `id`. Call it once
 * around the whole conversation or once for each request of it: the id is what joins them. Returns what `fn` returns.
 */
export function withSession<T>(id: string, fn: () => T): T {
  const { conversationId, turnTrace } = currentScope();
  const same = conversationId === id ? turnTrace : undefined;
  return within({ conversationId: id, turnTrace: same ?? createTurnTrace() }, fn);
}

/** Runs `fn`; everything recorded in it carries `user.id`. Returns what `fn` returns. */
export function withUser<T>(id: string, fn: () => T): T {
  return within({ userId: id }, fn);
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { Span } from "@opentelemetry/api";
import { createTurnTrace, type TurnTrace } from "./turn-trace.ts";

/** What is true of everything that happens inside a function that was run with `withSession` and its siblings. */
export interface Scope {
  readonly conversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
  /** Our innermost span. Kept apart from OpenTelemetry's active span, so that another SDK's trace never holds ours. */
  readonly span?: Span;
  readonly turnTrace?: TurnTrace;
}

const storage = new AsyncLocalStorage<Scope>();
const outside: Scope = Object.freeze({});

export const currentScope = (): Scope => storage.getStore() ?? outside;

/** Runs `fn` in the current scope with these changes. */
export function within<T>(changes: Scope, fn: () => T): T {
  return storage.run({ ...currentScope(), ...changes }, fn);
}

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

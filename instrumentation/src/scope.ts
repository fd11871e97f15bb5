import { AsyncLocalStorage } from "node:async_hooks";
import type { Channel } from "node:diagnostics_channel";
import type { Span } from "@opentelemetry/api";
import type { GuardRun } from "./guard-run.ts";
import { shared } from "./shared.ts";
import type { TurnTrace } from "./turn-trace.ts";

/** What is true of everything that happens inside a function that was run with `withSession` and its siblings. */
export interface Scope {
  readonly conversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
  /** Our innermost span. Kept apart from OpenTelemetry's active span, so that another SDK's trace never holds ours. */
  readonly span?: Span;
  /** The innermost model call. While it is our innermost span, too, whatever asks a model is at work for that call. */
  readonly modelCall?: Span;
  readonly turnTrace?: TurnTrace;
  /** Those of `withGuards`, outermost first. */
  readonly guardRuns?: readonly GuardRun[];
  /** Told when a model call begins: by it a library knows that what it would say of the call is recorded already. */
  readonly onModelCall?: () => void;
}

const storage = shared("scope", () => new AsyncLocalStorage<Scope>());
const outside: Scope = Object.freeze({});

/** What a library that keeps a context of its own makes of our scope. Must not throw. */
export type ScopeSource = (scope: Scope) => Scope;

const sources = shared("scope sources", (): ScopeSource[] => []);

export function addScopeSource(source: ScopeSource): void {
  sources.push(source);
}

export const currentScope = (): Scope => sources.reduce((scope, source) => source(scope), ownScope());

/** The current scope without what the libraries' own contexts add to it. */
export const ownScope = (): Scope => storage.getStore() ?? outside;

/** Whether a model call is going on here: libraries that ask a model through another one are recorded once. */
export function isInModelCall(): boolean {
  const { span, modelCall } = currentScope();
  return modelCall?.isRecording() === true && modelCall === span;
}

/** Runs `fn` in the current scope with these changes. */
export function within<T>(changes: Scope, fn: () => T): T {
  return storage.run({ ...currentScope(), ...changes }, fn);
}

/** Makes `scope` the current one in what is left of this asynchronous call: for a library that only tells before and after. */
export function enterScope(scope: Scope): void {
  storage.enterWith(scope);
}

/** Whatever a library runs in `channel` is run in the current scope with the changes that its message asks for. */
export function bindScope(channel: Channel<unknown, unknown>, changesFor: (message: unknown) => Scope): void {
  channel.bindStore(storage, (message) => ({ ...currentScope(), ...changesFor(message) }));
}

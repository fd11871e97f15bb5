import type { Span } from "@opentelemetry/api";
import { currentScope, ownScope, type Scope } from "../../scope.ts";

/** What one of the SDK's traces or spans is for us. */
export interface Recording {
  /** Our innermost span when it began: while that has not changed, the SDK's context is the inner one. */
  readonly outer: Span | undefined;
  /** The scope of what happens in it. */
  readonly scope: Scope;
  /** Ends what was opened for it, if anything was. The SDK's span is whole by then. */
  readonly end?: () => void;
  /** What the SDK's span was told of a failure. Kept here, since a span that does nothing forgets it. */
  error?: unknown;
}

const recordings = new WeakMap<object, Recording>();

export const recordingOf = (traceOrSpan: unknown): Recording | undefined =>
  typeof traceOrSpan === "object" && traceOrSpan !== null ? recordings.get(traceOrSpan) : undefined;

export function keepRecording(traceOrSpan: object, recording: Recording): void {
  recordings.set(traceOrSpan, recording);
}

/** Our scope inside of one of the SDK's spans, unless something of ours has begun there since. */
export function scopeIn(recording: Recording | undefined, scope: Scope): Scope {
  if (recording === undefined || recording.outer !== scope.span) return scope;
  const { span, agentName, onModelCall, ...conversation } = recording.scope;
  return {
    ...conversation,
    ...scope,
    ...(span !== undefined && { span }),
    ...(agentName !== undefined && { agentName }),
    ...(onModelCall !== undefined && { onModelCall }),
  };
}

/** The scope in which a span with this parent begins. */
export function scopeUnder(parent: unknown): Scope {
  const recording = recordingOf(parent);
  return recording === undefined ? currentScope() : scopeIn(recording, ownScope());
}

import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Context,
  type Span,
  type SpanKind,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import type { Tracer } from "@opentelemetry/api";
import { now } from "./clock.ts";
import { currentScope } from "./scope.ts";

/** What the instrumented code needs of the running instrumentation. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Whether what was said may be recorded. */
  readonly captureContent: boolean;
  /** Functions that end the spans that are still open, for when the process ends before they do. */
  readonly openSpans: Set<() => void>;
  /** Resolves when everything recorded so far was delivered, or after `timeoutMs`. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
  shutdown(): Promise<void>;
}

let running: Tracing | undefined;

/** Undefined until `instrument` or `register` ran, and after `shutdown`: then nothing is recorded. */
export const currentTracing = (): Tracing | undefined => running;

export function setTracing(tracing: Tracing | undefined): void {
  running = tracing;
}

/** Starts a span under our innermost span, else under the active span of whatever SDK the application uses. */
export function startSpan(tracing: Tracing, name: string, kind: SpanKind, attributes: Attributes): Span {
  return tracing.tracer.startSpan(name, { kind, attributes, startTime: now() }, parentContext());
}

function parentContext(): Context {
  const { span } = currentScope();
  if (span !== undefined) return trace.setSpan(ROOT_CONTEXT, span);
  const foreign = trace.getSpanContext(context.active());
  if (foreign === undefined) return ROOT_CONTEXT;
  // The other SDK's sampling decision is about its own costs; ours would be lost with it.
  return trace.setSpanContext(ROOT_CONTEXT, { ...foreign, traceFlags: foreign.traceFlags | TraceFlags.SAMPLED });
}

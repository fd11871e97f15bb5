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
import type { HrTime, Tracer } from "@opentelemetry/api";
import { now } from "./clock.ts";
import type { Delivery } from "./delivery.ts";
import { currentScope } from "./scope.ts";
import { noteRecorded } from "./recorded-twice.ts";
import { shared } from "./shared.ts";

/** What the instrumented code needs of the running instrumentation. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Whether what was said may be recorded. */
  readonly captureContent: boolean;
  /** Functions that end the spans that are still open, for when the process ends before they do. */
  readonly openSpans: Set<() => void>;
  readonly delivery: Delivery;
  shutdown(): Promise<void>;
}

const running = shared("tracing", (): { tracing: Tracing | undefined } => ({ tracing: undefined }));

/** Undefined until `instrument` or `register` ran, and after `shutdown`: then nothing is recorded. */
export const currentTracing = (): Tracing | undefined => running.tracing;

export function setTracing(tracing: Tracing | undefined): void {
  running.tracing = tracing;
}

/** Starts a span under our innermost span, else under the active span of whatever SDK the application uses. */
export function startSpan(
  tracing: Tracing,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  startTime: HrTime = now(),
): Span {
  const span = tracing.tracer.startSpan(name, { kind, attributes, startTime }, parentContext());
  noteRecorded(attributes);
  return span;
}

function parentContext(): Context {
  const { span: innermost, turnTrace } = currentScope();
  const span = innermost ?? turnTrace?.openSpan();
  if (span !== undefined) return trace.setSpan(ROOT_CONTEXT, span);
  const foreign = trace.getSpanContext(context.active());
  if (foreign === undefined) return ROOT_CONTEXT;
  // The other SDK's sampling decision is about its own costs; ours would be lost with it.
  return trace.setSpanContext(ROOT_CONTEXT, { ...foreign, traceFlags: foreign.traceFlags | TraceFlags.SAMPLED });
}

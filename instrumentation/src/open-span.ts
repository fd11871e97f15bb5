import { type Attributes, type HrTime, type Span, type SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { now } from "./clock.ts";
import { genAi } from "./gen-ai.ts";
import { safely } from "./safely.ts";
import { startSpan, type Tracing } from "./tracing.ts";

/** A span that is certain to end: once, by whoever comes first, at the latest when the process does. */
export interface OpenSpan {
  readonly span: Span;
  /** Ends the span; `attributes` are made only now, and only if it had not ended. */
  readonly end: (attributes?: () => Attributes) => void;
  /** Ends the span as failed. The error's text is recorded only with the content. */
  readonly fail: (error: unknown, attributes?: () => Attributes) => void;
}

/** Starts a span. `unfinished` says what to record of it when the process ends first. */
export function openSpan(
  tracing: Tracing,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  unfinished: () => Attributes = () => ({}),
  startTime?: HrTime,
): OpenSpan {
  const span = startSpan(tracing, name, kind, attributes, startTime);
  const finish = (finishing: () => void): void => {
    if (!tracing.openSpans.delete(abandon)) return;
    safely(finishing);
    span.end(now());
  };
  const abandon = (): void => finish(() => span.setAttributes({ ...unfinished(), [genAi.aborted]: true }));
  tracing.openSpans.add(abandon);
  return {
    span,
    end: (late) => finish(() => late !== undefined && span.setAttributes(late())),
    fail: (error, late) =>
      finish(() => {
        const { type, message } = describeError(error);
        span.setAttribute(genAi.errorType, type);
        if (abortErrors.has(type)) span.setAttribute(genAi.aborted, true);
        span.setStatus({ code: SpanStatusCode.ERROR, ...(tracing.captureContent && { message }) });
        if (late !== undefined) span.setAttributes(late());
      }),
  };
}

/** The platform's own, and the OpenAI and Anthropic clients'. */
const abortErrors = new Set(["AbortError", "APIUserAbortError"]);

function describeError(error: unknown): { type: string; message: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  // The clients' errors have a class name but all the name "Error"; the platform's are told apart by name alone.
  return { type: error.name === "Error" ? error.constructor.name : error.name, message: error.message };
}

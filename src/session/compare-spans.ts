/** Spans arrive children first, twice, in any order: how they are ordered, and which of two copies stays. */
import type { Span } from "../model/span.ts";

/** By start. Starts have millisecond resolution, so ties are normal; they are broken by the end, then by the ids. */
export function compareSpans(a: Span, b: Span): number {
  return (
    compare(a.startTimeUnixNano, b.startTimeUnixNano) ||
    compare(a.endTimeUnixNano, b.endTimeUnixNano) ||
    compare(a.traceId, b.traceId) ||
    compare(a.spanId, b.spanId)
  );
}

/** Of two copies of a span the fuller one stays: more attributes, or the later end. */
export function isFuller(span: Span, known: Span): boolean {
  const more = span.attributes.size - known.attributes.size;
  return more > 0 || (more === 0 && span.endTimeUnixNano > known.endTimeUnixNano);
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

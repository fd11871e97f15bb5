/** Each span once, in the order in which they started. */
import type { Span } from "../model/span.ts";
import { spanKey } from "./span-facts.ts";

/**
 * Spans arrive children first, twice, in any order. Of two copies the fuller one stays: more attributes, or the later
 * end. Starts have millisecond resolution, so ties are normal; they are broken by the end, then by the ids.
 */
export function normaliseSpans(spans: readonly Span[]): readonly Span[] {
  const byKey = new Map<string, Span>();
  for (const span of spans) {
    const known = byKey.get(spanKey(span));
    if (known === undefined || isFuller(span, known)) byKey.set(spanKey(span), span);
  }
  return [...byKey.values()].sort(compareSpans);
}

export function compareSpans(a: Span, b: Span): number {
  return (
    compare(a.startTimeUnixNano, b.startTimeUnixNano) ||
    compare(a.endTimeUnixNano, b.endTimeUnixNano) ||
    compare(a.traceId, b.traceId) ||
    compare(a.spanId, b.spanId)
  );
}

function isFuller(span: Span, known: Span): boolean {
  const more = span.attributes.size - known.attributes.size;
  return more > 0 || (more === 0 && span.endTimeUnixNano > known.endTimeUnixNano);
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

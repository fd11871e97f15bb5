/** Who wrote a span, and when: one library in one application writes one span for one thing. */
import { textAttribute } from "../dialects/attribute-values.ts";
import type { Span } from "../model/span.ts";

export function recorderOf({ scope, resource }: Span): string {
  return `${textAttribute(resource.attributes, "service.name") ?? ""} ${scope.name}`;
}

export function areTogether(a: Span, b: Span): boolean {
  return a.startTimeUnixNano <= b.endTimeUnixNano && b.startTimeUnixNano <= a.endTimeUnixNano;
}

/** What JavaScript's span starts are exact to. */
const toleranceNano = 1_000_000n;

/** Whoever records a request from farther outside has it for longer. */
export function isOneWithinOther(a: Span, b: Span): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

function isWithin(inner: Span, outer: Span): boolean {
  const startsWithin = inner.startTimeUnixNano + toleranceNano >= outer.startTimeUnixNano;
  return startsWithin && inner.endTimeUnixNano <= outer.endTimeUnixNano + toleranceNano;
}

/** Written by others, in traces of their own, one within the time of the other. */
export function areRecordsOfOne(a: Span, b: Span): boolean {
  return a.traceId !== b.traceId && recorderOf(a) !== recorderOf(b) && isOneWithinOther(a, b);
}

import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/** How much text a span holds, in characters: what makes a span large. */
export function textIn({ attributes, events }: ReadableSpan): number {
  return events.reduce((sum, event) => sum + lengthOf(event.attributes ?? {}), lengthOf(attributes));
}

function lengthOf(attributes: Attributes): number {
  let length = 0;
  for (const value of Object.values(attributes)) if (typeof value === "string") length += value.length;
  return length;
}

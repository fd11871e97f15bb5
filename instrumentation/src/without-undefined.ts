import type { Attributes } from "@opentelemetry/api";

/** The attributes that have a value: the SDK would warn of the others. */
export function withoutUndefined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

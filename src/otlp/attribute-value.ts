import type { AttributeValue } from "../model/span.ts";

/** Array.isArray, which does not narrow readonly arrays. */
export function isArrayValue(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

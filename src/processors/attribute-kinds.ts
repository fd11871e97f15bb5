/** The kinds of attribute values that hold others. */
import type { AttributeMap, AttributeValue } from "../model/span.ts";

/** Array.isArray, which does not narrow readonly arrays. */
export function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

export function isMap(value: AttributeValue): value is AttributeMap {
  return value instanceof Map;
}

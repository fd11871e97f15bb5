/** Libraries write JSON text; collectors and newer senders may have opened it: then it is closed again, lazily. */
import type { AttributeMap, AttributeValue, Span } from "../model/span.ts";
import { toJson } from "./attribute-values.ts";

/** Maps, and lists of maps or lists, read as JSON text. Lists of plain values stay lists. */
export function withTextValues(span: Span): Span {
  return [...span.attributes.values()].some(isStructure) ? { ...span, attributes: closed(span.attributes) } : span;
}

/** The span's own map still answers for its own keys: whoever explains a session watches it. */
function closed(own: AttributeMap): AttributeMap {
  const all = new Map(own);
  const texts = new Map<string, string>();
  all.get = (key) => {
    const value = own.get(key);
    if (value === undefined || !isStructure(value)) return value;
    const text = texts.get(key) ?? JSON.stringify(toJson(value));
    texts.set(key, text);
    return text;
  };
  return all;
}

function isStructure(value: AttributeValue): boolean {
  return value instanceof Map || (Array.isArray(value) && value.some((inner) => typeof inner === "object"));
}

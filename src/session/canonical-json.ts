/** One text for equal JSON values, whatever the order of their members. */
import type { JsonValue } from "../model/session.ts";

/** Values come from parsers that limit their depth; members are sorted by code unit. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
}

const keys = new WeakMap<object, string>();

/** As canonicalJson, kept for objects and lists that are compared again and again. */
export function jsonKey(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return canonicalJson(value);
  const known = keys.get(value);
  if (known !== undefined) return known;
  const key = canonicalJson(value);
  keys.set(value, key);
  return key;
}

/** Reading attributes: an AnyValue without a value, an empty text and withheld content are all absent. */
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import type { JsonValue } from "../model/session.ts";
import { limitDepth } from "./lenient-json.ts";
import { isPlaceholder } from "./tool-result.ts";

/** The first of these keys that holds a text (or a number, as an id sometimes is). */
export function textAttribute(attributes: AttributeMap, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value === "string" && value !== "" && !isPlaceholder(value)) return value;
    if (typeof value === "bigint" || typeof value === "number") return String(value);
  }
  return undefined;
}

/** The first of these keys that holds a number. Numbers written as text count. */
export function numberAttribute(attributes: AttributeMap, ...keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "bigint" || (typeof number === "number" && Number.isFinite(number))) return Number(number);
  }
  return undefined;
}

/** The first of these keys that is present, as JSON. */
export function jsonAttribute(attributes: AttributeMap, ...keys: readonly string[]): JsonValue | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    if (value === undefined || value === null || value === "") continue;
    const json = toJson(value);
    if (!isPlaceholder(json)) return json;
  }
  return undefined;
}

/** Integers beyond 2^53 become text, bytes base64. */
export function toJson(value: AttributeValue): JsonValue {
  return limitDepth(convert(value, 0));
}

export function mapToJson(attributes: AttributeMap): { readonly [key: string]: JsonValue } {
  return Object.fromEntries([...attributes].map(([key, value]) => [key, toJson(value)]));
}

const maxDepth = 200;

function convert(value: AttributeValue, depth: number): JsonValue {
  if (depth > maxDepth) return "[nested too deeply]";
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return isMap(value) ? convertMap(value, depth) : value.map((inner) => convert(inner, depth + 1));
}

function isMap(value: AttributeMap | readonly AttributeValue[]): value is AttributeMap {
  return value instanceof Map;
}

function convertMap(map: AttributeMap, depth: number): JsonValue {
  return Object.fromEntries([...map].map(([key, inner]) => [key, convert(inner, depth + 1)]));
}

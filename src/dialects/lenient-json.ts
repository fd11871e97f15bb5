/**
 * JSON as instrumentations write it: sometimes plain text, sometimes encoded twice, sometimes cut off. Nothing here
 * throws, and nothing returns a value nested so deeply that walking it could overflow the stack.
 */
import type { JsonValue } from "../model/session.ts";

const maxDepth = 100;
const maxUnwraps = 3;

/** The value of a JSON text; undefined when it is not JSON or is nested deeper than 100. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isShallowJson(value, maxDepth) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As parseJson, but only for texts that look like an object, a list or a quoted string: `12` and `null` stay text. */
export function parseStructure(text: string): JsonValue | undefined {
  return /^\s*[[{"]/.test(text) ? parseJson(text) : undefined;
}

/** Arguments and results are often encoded two or three times; user text must never go through this. */
export function unwrapJson(value: JsonValue): JsonValue {
  let current = value;
  for (let i = 0; i < maxUnwraps && typeof current === "string"; i++) {
    const parsed = parseStructure(current);
    if (parsed === undefined) return current;
    current = parsed;
  }
  return current;
}

export type JsonObject = { readonly [key: string]: JsonValue };

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** An own member of an object, never one of its prototype; undefined for anything that is not an object. */
export function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The first of these members that is present and not null. */
export function firstMember(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  for (const key of keys) {
    const found = member(value, key);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

/** The first of these members that is a non-empty text. */
export function textMember(value: JsonValue | undefined, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const found = member(value, key);
    if (typeof found === "string" && found !== "") return found;
  }
  return undefined;
}

/** The value itself, or its text when it is nested so deeply that walking it could overflow the stack. */
export function limitDepth(value: unknown): JsonValue {
  if (isShallowJson(value, maxDepth)) return value;
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return "[nested too deeply]";
  }
}

function isShallowJson(value: unknown, depth: number): value is JsonValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return true;
  if (typeof value !== "object" || depth === 0) return false;
  return Object.values(value).every((inner) => isShallowJson(inner, depth - 1));
}

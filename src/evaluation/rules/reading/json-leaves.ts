/** JSON that agents wrote: depth must not cost the stack, width must not cost more than itself, and `__proto__` is a key. */
import type { JsonValue } from "../../../model/session.ts";

export type JsonScalar = string | number | boolean | null;

/** A scalar inside a JSON value. `key` is the nearest member name above it, `top` the outermost one; "" when there is none. */
export interface JsonLeaf {
  readonly value: JsonScalar;
  readonly key: string;
  readonly top: string;
}

/** Deeper than any real argument; what lies below is left out. */
const maximumDepth = 64;

/** Every scalar of a value in document order. */
export function* leavesOf(value: JsonValue, key = "", top = "", depth = 0): Generator<JsonLeaf> {
  if (isScalar(value)) yield { value, key, top };
  else if (depth === maximumDepth) return;
  else if (isArray(value)) for (const item of value) yield* leavesOf(item, key, top, depth + 1);
  else {
    for (const name of Object.keys(value)) {
      yield* leavesOf(value[name] ?? null, name, depth === 0 ? name : top, depth + 1);
    }
  }
}

export const isArray = (value: unknown): value is readonly JsonValue[] => Array.isArray(value);

export const isScalar = (value: JsonValue): value is JsonScalar => value === null || typeof value !== "object";

export const isRecord = (value: unknown): value is { readonly [key: string]: JsonValue } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An own member, never one of the prototype's. */
export function memberOf(value: unknown, name: string): JsonValue | undefined {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** One text for equal values whatever the order of their members; undefined when the value is too deep to compare. */
export function fingerprintOf(value: JsonValue, depth = 0): string | undefined {
  if (isScalar(value)) return JSON.stringify(value);
  if (depth === maximumDepth) return undefined;
  const parts = isArray(value)
    ? value.map((item) => fingerprintOf(item, depth + 1))
    : Object.keys(value)
        .sort()
        .map((name) => keyed(name, fingerprintOf(value[name] ?? null, depth + 1)));
  if (parts.includes(undefined)) return undefined;
  return isArray(value) ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
}

const keyed = (name: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${JSON.stringify(name)}:${text}`;

/** JSON text; says so when the value is nested too deeply to be written. */
export function toJsonText(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return '"(nested too deeply to be shown)"';
    throw error;
  }
}

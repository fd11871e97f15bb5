import type { JsonValue } from "../model/session.ts";

type Pair = readonly [JsonValue | undefined, JsonValue | undefined];

/**
 * Python's `==` on what JSON can hold: `true` is 1 and `false` is 0, objects have no order, lists have one, nothing is trimmed,
 * converted or rounded. Undefined is `None`, as null is. Whatever depth the values have.
 */
export function pythonEquals(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  const pairs: Pair[] = [[left, right]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const parts = partsOf(toNumber(pair[0]), toNumber(pair[1]));
    if (parts === undefined) return false;
    for (const part of parts) pairs.push(part);
  }
  return true;
}

/** What must be equal for these to be; undefined when they are not. */
function partsOf(left: JsonValue, right: JsonValue): readonly Pair[] | undefined {
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return undefined;
    return left.map((item, i) => [item, right[i]]);
  }
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null)
    return left === right ? [] : undefined;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length || keys.some((key) => !Object.hasOwn(right, key))) return undefined;
  return keys.map((key) => [left[key], right[key]]);
}

function toNumber(value: JsonValue | undefined): JsonValue {
  return typeof value === "boolean" ? Number(value) : (value ?? null);
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

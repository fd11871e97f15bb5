import type { JsonValue } from "../../model/session.ts";
import { isArray, isRecord, isScalar, memberOf } from "../rules/reading/json-leaves.ts";

/** `exact`: equal. `partial`: objects may have further members, at any depth; lists may not have further elements. */
export type JsonMode = "exact" | "partial";

/**
 * Whether the given value is as expected. Objects are equal whatever the order of their members; numbers by their value, with
 * no tolerance; nothing is converted (`"1"` is not `1`), and an absent member is not null. Goes no deeper than what is expected.
 */
export function fitsJson(given: unknown, expected: JsonValue, mode: JsonMode): boolean {
  if (isScalar(expected)) return given === expected;
  if (isArray(expected)) {
    return (
      isArray(given) && given.length === expected.length && expected.every((item, i) => fitsJson(given[i], item, mode))
    );
  }
  const names = Object.keys(expected);
  return (
    isRecord(given) &&
    (mode === "partial" || Object.keys(given).length === names.length) &&
    names.every((name) => fitsJson(memberOf(given, name), memberOf(expected, name) ?? null, mode))
  );
}

/**
 * Lists that are flattened into attributes (`prefix.<i>.…`). Indexes are numbers in keys; gaps and entries without a value
 * vanish. Only these known families are unfolded, never arbitrary dotted keys.
 */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import { toJson } from "./attribute-values.ts";
import { limitDepth } from "./lenient-json.ts";

/** The attributes of a list in the order in which they were written: the same place in both is one attribute. */
export interface IndexedEntries {
  readonly keys: readonly string[];
  readonly values: readonly AttributeValue[];
}

/** What lies under a prefix, which ends in a dot. `expected`: keys as they came before, which are quick to recognise. */
export function indexedEntries(
  attributes: AttributeMap,
  prefix: string,
  expected: readonly string[] = [],
): IndexedEntries {
  const keys: string[] = [];
  const values: AttributeValue[] = [];
  for (const key of attributes.keys()) {
    if (key !== expected[keys.length] && !key.startsWith(prefix)) continue;
    const value = attributes.get(key);
    if (value === undefined || value === null || value === "") continue;
    keys.push(key);
    values.push(value);
  }
  return { keys, values };
}

/** The element that a key belongs to; -1 when what follows the prefix is no index. */
export function indexInKey(key: string, prefix: string): number {
  const dot = key.indexOf(".", prefix.length);
  const digits = dot < 0 ? "" : key.slice(prefix.length, dot);
  return isIndex(digits) ? Number(digits) : -1;
}

/** One element: the part of its keys after the index is a path, whose numbers are places in a list. */
export function unfoldElement({ keys, values }: IndexedEntries, prefix: string): JsonValue {
  const root: Branch = new Map();
  keys.forEach((key, at) => {
    const path = key.slice(key.indexOf(".", prefix.length) + 1).split(".");
    if (path.length <= maxPathLength) grow(root, path, values[at] ?? null);
  });
  return limitDepth(fold(root));
}

/** Longer than any path that a library writes. */
const maxPathLength = 20;

type Branch = Map<string, Branch | { readonly leaf: AttributeValue }>;

function isIndex(segment: string): boolean {
  return /^\d{1,9}$/.test(segment);
}

/** What was written first stays: a key below another one's value is left out. */
function grow(root: Branch, path: readonly string[], value: AttributeValue): void {
  let branch = root;
  for (const segment of path.slice(0, -1)) {
    const next = branch.get(segment) ?? new Map();
    if (!(next instanceof Map)) return;
    branch.set(segment, next);
    branch = next;
  }
  const last = path.at(-1) ?? "";
  if (!branch.has(last)) branch.set(last, { leaf: value });
}

function fold(branch: Branch): JsonValue {
  const members = [...branch].map(
    ([key, inner]) => [key, inner instanceof Map ? fold(inner) : toJson(inner.leaf)] as const,
  );
  if (members.length === 0 || !members.every(([key]) => isIndex(key))) return Object.fromEntries(members);
  return members.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
}

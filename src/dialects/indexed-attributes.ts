/**
 * Lists that are flattened into attributes (`prefix.<i>.…`). Indexes are numbers in keys and are sorted as numbers; gaps
 * and entries without a value vanish. Only these known families are unfolded, never arbitrary dotted keys.
 */
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import type { JsonValue } from "../model/session.ts";
import { toJson } from "./attribute-values.ts";
import { groupBy } from "./group-by.ts";
import { limitDepth } from "./lenient-json.ts";

/** One attribute of a list: `key` is the whole key, `index` the element it belongs to. */
export interface IndexedEntry {
  readonly key: string;
  readonly index: number;
  readonly value: AttributeValue;
}

/** The entries under a prefix (which ends in a dot), in the order in which they were written. */
export function indexedEntries(attributes: AttributeMap, prefix: string): readonly IndexedEntry[] {
  const entries: IndexedEntry[] = [];
  for (const [key, value] of attributes) {
    if (value === null || value === "" || !key.startsWith(prefix)) continue;
    const index = readIndex(key, prefix.length);
    if (index !== undefined) entries.push({ key, index, value });
  }
  return entries;
}

/** The elements as JSON values, by index. */
export function unfoldList(attributes: AttributeMap, prefix: string): readonly JsonValue[] {
  const elements = groupBy(indexedEntries(attributes, prefix), (entry) => entry.index);
  return [...elements].sort(([a], [b]) => a - b).map(([, entries]) => unfoldElement(entries, prefix));
}

/** One element: the part of its keys after the index is a path, whose numbers are places in a list. */
export function unfoldElement(entries: readonly IndexedEntry[], prefix: string): JsonValue {
  const root: Branch = new Map();
  for (const { key, value } of entries) {
    const path = key.slice(key.indexOf(".", prefix.length) + 1).split(".");
    if (path.length <= maxPathLength) grow(root, path, value);
  }
  return limitDepth(fold(root));
}

/** Longer than any path that a library writes. */
const maxPathLength = 20;

type Branch = Map<string, Branch | { readonly leaf: AttributeValue }>;

function readIndex(key: string, from: number): number | undefined {
  const dot = key.indexOf(".", from);
  const digits = dot < 0 ? "" : key.slice(from, dot);
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

function grow(root: Branch, path: readonly string[], value: AttributeValue): void {
  let branch = root;
  for (const segment of path.slice(0, -1)) {
    const next = branch.get(segment);
    const inner: Branch = next instanceof Map ? next : new Map();
    if (inner !== next) branch.set(segment, inner);
    branch = inner;
  }
  const last = path.at(-1) ?? "";
  if (!branch.has(last)) branch.set(last, { leaf: value });
}

function fold(branch: Branch): JsonValue {
  const members = [...branch].map(
    ([key, inner]) => [key, inner instanceof Map ? fold(inner) : toJson(inner.leaf)] as const,
  );
  if (!members.every(([key]) => /^\d{1,9}$/.test(key))) return Object.fromEntries(members);
  return members.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
}

/** A configuration as it was written: values that know where they stand, so that several sources can become one. Pure. */
import type { ConfigPath, Place } from "./problem.ts";

export interface MapNode {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: ReadonlyMap<string, ConfigNode>;
}

export interface ListNode {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: unknown;
}

/** The place of a map's entry is that of its key. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

/** Between the keys of a path that is written as one key, as in `--config yaml:processors::batch::timeout: 2s`. */
export const delimiter = "::";

/**
 * `over` laid over `base`: maps merge, everything else replaces. A key without a value replaces too, and so takes away the map
 * that stood there: `wiped` is told. Source: collector `confmap` Merge.
 */
export function mergeTrees(base: MapNode, over: MapNode, wiped: (path: ConfigPath) => void): MapNode {
  return mergeMaps(base, over, wiped, []);
}

function mergeMaps(base: MapNode, over: MapNode, wiped: (path: ConfigPath) => void, path: ConfigPath): MapNode {
  const entries = new Map(base.entries);
  for (const [key, node] of over.entries) {
    const before = entries.get(key);
    const at = [...path, key];
    if (before?.kind === "map" && node.kind === "map") entries.set(key, mergeMaps(before, node, wiped, at));
    else {
      if (before?.kind === "map" && before.entries.size > 0 && isNothing(node)) wiped(at);
      entries.set(key, node);
    }
  }
  return { ...over, entries };
}

const isNothing = (node: ConfigNode): boolean => node.kind === "scalar" && node.value === null;

/** The tree with each key `a::b` of its root opened into a map in a map. */
export function openKeys(root: MapNode): MapNode {
  const isPath = (key: string): boolean => key.includes(delimiter);
  const plain: MapNode = { ...root, entries: new Map([...root.entries].filter(([key]) => !isPath(key))) };
  const opened = [...root.entries].flatMap(([key, node]) => (isPath(key) ? [nested(key.split(delimiter), node)] : []));
  const merged = opened.reduce((base, over) => mergeTrees(base, over, () => undefined), plain);
  return { ...merged, place: root.place };
}

/** A map with the node at the end of the path of keys. */
function nested([key = "", ...keys]: readonly string[], node: ConfigNode): MapNode {
  const entry = keys.length === 0 ? node : nested(keys, node);
  return { kind: "map", place: node.place, entries: new Map([[key, entry]]) };
}

/** Where the thing stands that the path names, or the nearest thing above it that exists. */
export function placeOf(root: ConfigNode, path: ConfigPath): Place {
  let node = root;
  for (const key of path) {
    const next =
      node.kind === "map" ? node.entries.get(String(key)) : node.kind === "list" ? node.items[Number(key)] : undefined;
    if (next === undefined) break;
    node = next;
  }
  return node.place;
}

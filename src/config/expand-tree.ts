/** A merged tree ▶ plain values with the environment expanded. */
import type { ConfigNode } from "./config-tree.ts";
import { expandScalar } from "./expand.ts";
import type { ConfigPath, Problem } from "./problem.ts";

export interface ExpandedTree {
  /** Maps have no prototype surprises: their keys are own properties, `__proto__` too. */
  readonly value: unknown;
  /** The text that the value at this path had in the environment, when it was read as another type than text. */
  readonly textAt: (path: ConfigPath) => string | undefined;
  /** The environment variables that the value at this path was made of. */
  readonly variablesAt: (path: ConfigPath) => readonly string[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Keys are not expanded, and no value brings in keys. */
export function expandTree(root: ConfigNode, lookUp: (name: string) => string | undefined): ExpandedTree {
  const texts = new Map<string, string>();
  const variables = new Map<string, readonly string[]>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];

  function expand(node: ConfigNode, path: ConfigPath): unknown {
    if (node.kind === "list") return node.items.map((item, index) => expand(item, [...path, index]));
    if (node.kind === "map")
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, expand(entry, [...path, key])]));
    return typeof node.value === "string" ? expandText(node.value, path) : node.value;
  }

  function expandText(scalar: string, path: ConfigPath): unknown {
    const names: string[] = [];
    const { value, text } = expandScalar(scalar, {
      lookUp: (name) => {
        names.push(name);
        return lookUp(name);
      },
      warn: (message) => warnings.push({ path, message }),
      fail: (message) => problems.push({ path, message }),
    });
    if (text !== undefined) texts.set(JSON.stringify(path), text);
    if (names.length > 0) variables.set(JSON.stringify(path), names);
    return value;
  }

  return {
    value: expand(root, []),
    textAt: (path) => texts.get(JSON.stringify(path)),
    variablesAt: (path) => variables.get(JSON.stringify(path)) ?? [],
    problems,
    warnings,
  };
}

/** Text of otel-config.yaml ▶ plain values with the environment expanded, and the way back from a value to its line. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { ConfigError } from "../model/errors.ts";
import { expandScalar } from "./expand.ts";
import { describeProblem, type ConfigPath, type Problem } from "./problem.ts";

/** Deeper than any configuration, and far from what exhausts the stack. */
const maximumDepth = 64;

export interface YamlSource {
  /** Maps have no prototype surprises: their keys are own properties, `__proto__` too. */
  readonly value: unknown;
  /** The text that the value at this path had in the environment, when it was read as another type than text. */
  readonly textAt: (path: ConfigPath) => string | undefined;
  /** The line (from 1) of what the path names, or of the nearest thing above it that exists. */
  readonly lineOf: (path: ConfigPath) => number;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Throws a ConfigError when the text is empty or is not YAML; everything else that is wrong is in `problems`. */
export function readYaml(text: string, lookUp: (name: string) => string | undefined): YamlSource {
  const lineCounter = new LineCounter();
  const document = parseYaml(text, lineCounter);
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];

  function expand(value: unknown, path: ConfigPath): unknown {
    if (path.length > maximumDepth) {
      problems.push({
        path: path.slice(0, 3),
        message: `nested deeper than ${maximumDepth} levels, or containing itself`,
      });
      return undefined;
    }
    if (Array.isArray(value)) return value.map((entry, index) => expand(entry, [...path, index]));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, expand(entry, [...path, key])]));
    return typeof value === "string" ? expandText(value, path) : value;
  }

  function expandText(scalar: string, path: ConfigPath): unknown {
    const { value, text } = expandScalar(scalar, {
      lookUp,
      warn: (message) => warnings.push({ path, message }),
      fail: (message) => problems.push({ path, message }),
    });
    if (text !== undefined) texts.set(JSON.stringify(path), text);
    return value;
  }

  return {
    value: expand(plainValueOf(document), []),
    textAt: (path) => texts.get(JSON.stringify(path)),
    lineOf: (path) => lineCounter.linePos(offsetOf(document, path)).line,
    problems,
    warnings,
  };
}

function parseYaml(text: string, lineCounter: LineCounter): Document.Parsed {
  refuseDeepNesting(text);
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" });
  const errors = document.errors.map(({ message, pos }) => {
    const { line } = lineCounter.linePos(pos[0]);
    return describeProblem({ path: [], message: `not valid YAML: ${message}` }, line);
  });
  if (errors.length > 0) throw new ConfigError(errors);
  if (document.contents === null) throw new ConfigError(["empty configuration file"]);
  return document;
}

/**
 * The parser recurses, and deep enough nesting takes the process down instead of throwing. Brackets are counted even in quoted
 * text and comments, and a line's first spaces and dashes are taken for levels: neither comes near the limits in real files.
 */
function refuseDeepNesting(text: string): void {
  let open = 0;
  let deepest = /^[ \t?:-]{200}/m.test(text) ? 200 : 0;
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    if (character === "]" || character === "}") open = Math.max(0, open - 1);
    deepest = Math.max(deepest, open);
  }
  if (deepest > maximumDepth) throw new ConfigError([`nested deeper than ${maximumDepth} levels`]);
}

function plainValueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError([`cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function offsetOf(document: Document.Parsed, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next = entryOf(node, key);
    if (next === undefined) break;
    ({ node, offset } = next);
  }
  return offset;
}

function entryOf(node: unknown, key: string | number): { node: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    const range = isScalar(pair?.key) ? pair.key.range : undefined;
    return range ? { node: pair?.value, offset: range[0] } : undefined;
  }
  const item: unknown = isSeq(node) ? node.items[Number(key)] : undefined;
  const range = isMap(item) || isSeq(item) || isScalar(item) || isAlias(item) ? item.range : undefined;
  return range ? { node: item, offset: range[0] } : undefined;
}

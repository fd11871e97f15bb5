/** YAML text ▶ tree. Bounded: no nesting, alias or size of the text can take the process down. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { type ConfigNode, delimiter, type MapNode } from "./config-tree.ts";
import { groupedDigits } from "./grouped-digits.ts";
import type { Place, Problem } from "./problem.ts";

/** Deeper than any configuration, and far from what exhausts the stack. */
const maximumDepth = 64;
/** More than any configuration has, with every alias followed. */
const maximumNodes = 100_000;

/** Undefined: there is nothing in the text. */
export type ReadTree = { readonly tree: MapNode | undefined } | { readonly problems: readonly Problem[] };

/** Reads one source; `source` is its position, see Place. */
export function readTree(text: string, source: number): ReadTree {
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): Place => ({ source, line: lineCounter.linePos(offset).line });
  const problemAt = (place: Place, message: string): Problem => ({ path: [], message, place });
  try {
    refuseDeepNesting(text);
    const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" });
    if (document.errors.length > 0)
      return {
        problems: document.errors.map(({ message, pos }) => problemAt(placeAt(pos[0]), `not valid YAML: ${message}`)),
      };
    const tree = toTree(document, placeAt);
    if (tree.kind === "map") return { tree };
    if (tree.kind === "scalar" && tree.value === null) return { tree: undefined };
    return { problems: [problemAt(tree.place, "must be a map")] };
  } catch (error) {
    if (error instanceof UnreadableError)
      return { problems: [problemAt(error.place ?? { source, line: 1 }, error.message)] };
    if (error instanceof RangeError) return { problems: [problemAt({ source, line: 1 }, tooDeep)] };
    throw error;
  }
}

/** Ends the reading of a text that cannot be walked to its end. */
class UnreadableError extends Error {
  readonly place: Place | undefined;
  constructor(message: string, place?: Place) {
    super(message);
    this.place = place;
  }
}

const tooDeep = `nested deeper than ${maximumDepth} levels`;

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
  if (deepest > maximumDepth) throw new UnreadableError(tooDeep);
}

function toTree(document: Document.Parsed, placeAt: (offset: number) => Place): ConfigNode {
  const anchors = new Map<string, unknown>();
  let nodes = 0;

  /** `place` is that of the key, for the entry of a map. `followed`: an alias led here, so that no anchor is new. */
  function visit(node: unknown, place: Place, depth: number, followed: boolean): ConfigNode {
    nodes += 1;
    if (nodes > maximumNodes)
      throw new UnreadableError(`more than ${maximumNodes} values, every alias followed`, place);
    if (depth > maximumDepth) throw new UnreadableError(`${tooDeep}, or containing itself`, place);
    if (isAlias(node)) return visit(anchored(node.source, place), place, depth, true);
    const { anchor } = isMap(node) || isSeq(node) || isScalar(node) ? node : {};
    if (anchor !== undefined && !followed) anchors.set(anchor, node);
    if (isMap(node)) return { kind: "map", place, entries: entriesOf(node, depth, followed) };
    if (isSeq(node)) {
      const items = node.items.map((item) => visit(item, placeAt(offsetOf(item)), depth + 1, followed));
      return { kind: "list", place, items };
    }
    return { kind: "scalar", place, value: isScalar(node) ? valueOf(node) : null };
  }

  function anchored(name: string, place: Place): unknown {
    if (!anchors.has(name))
      throw new UnreadableError(`not valid YAML: there is no anchor "${name}" before its alias`, place);
    return anchors.get(name);
  }

  function entriesOf(map: YAMLMap, depth: number, followed: boolean): MapNode["entries"] {
    const own = new Map<string, ConfigNode>();
    let inherited: MapNode["entries"] = new Map();
    for (const { key, value } of map.items) {
      const place = placeAt(offsetOf(key));
      if (!isScalar(key)) throw new UnreadableError("a key must be text", place);
      const name = String(key.value);
      if (name.split(delimiter).length > maximumDepth) throw new UnreadableError(tooDeep, place);
      const node = visit(value, place, depth + 1, followed);
      if (key.value === "<<") inherited = inheritedFrom(node);
      else own.set(name, node);
    }
    return new Map([...inherited, ...own]);
  }

  return visit(document.contents, placeAt(offsetOf(document.contents)), 0, false);
}

function valueOf({ type, value }: Scalar): unknown {
  return type === "PLAIN" && typeof value === "string" ? (groupedDigits(value) ?? value) : value;
}

/** `<<: *defaults`, as the collector's YAML has it: the map's own keys win, then those of the first map of a list. */
function inheritedFrom(node: ConfigNode): MapNode["entries"] {
  if (node.kind === "map") return node.entries;
  if (node.kind === "list") return new Map(node.items.toReversed().flatMap((item) => [...inheritedFrom(item)]));
  throw new UnreadableError('"<<" must name a map or a list of maps', node.place);
}

function offsetOf(node: unknown): number {
  const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : undefined;
  return range?.[0] ?? 0;
}

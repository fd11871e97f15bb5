/** `receivers:` and its like: components by id, each checked against its type's schema. */
import type { ComponentConfig, ComponentKind, Components } from "./config.ts";
import type { ExpandedTree } from "./expand-tree.ts";
import { isMap } from "./is-map.ts";
import { leftOutTypes, noConnectors, renamedTypes, seeComponents } from "./known-components.ts";
import { parsePart } from "./parse-part.ts";
import { suggestionFor, type Problem } from "./problem.ts";

export interface Section {
  /** Of all components, also of those whose own part is wrong. */
  readonly ids: readonly string[];
  readonly parsed: ReadonlyMap<string, ComponentConfig>;
  /** Each component's part as it was written, by id. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function parseSection(kind: ComponentKind, raw: unknown, components: Components, source: ExpandedTree): Section {
  const entries = Object.entries(isMap(raw) ? raw : {});
  const named = entries.map(([id, part]) => ({ id, part, type: typeOf(kind, id, part) }));
  const parsed = new Map<string, ComponentConfig>();
  const written: [string, unknown][] = [];
  const warnings: Problem[] = [...renamed(kind, named)];
  const problems: Problem[] = isMap(raw) ? [] : [{ path: [kind], message: "must be a map" }];
  for (const { id, part, type } of named) {
    const factory = components[kind].find((candidate) => candidate.type === type);
    if (type === undefined || factory === undefined) continue;
    const result = parsePart(factory.configSchema, part ?? {}, [kind, id], source);
    if ("problems" in result) problems.push(...result.problems);
    else {
      parsed.set(id, { id, type, config: result.value });
      warnings.push(...result.warnings);
      written.push([id, result.written]);
    }
  }
  return {
    ids: entries.map(([id]) => id),
    parsed,
    written: Object.fromEntries(written),
    problems: [...problems, ...withoutType(kind, named), ...ofUnknownType(kind, named, components)],
    warnings,
  };
}

interface Named {
  readonly id: string;
  readonly type: string | undefined;
}

/** `type` or `type/name`. Source: collector `component/identifiable.go`. */
const componentId = /^([a-zA-Z][0-9a-zA-Z_]{0,62})(?:\/[^\s\p{Cc}\p{S}]{1,1024})?$/u;

/**
 * A store is named freely: its type is the scheme of its URL, so that one variable can move a server to another engine. So is an
 * evaluator, as there is one type of them.
 */
function typeOf(kind: ComponentKind, id: string, part: unknown): string | undefined {
  const [, type] = componentId.exec(id) ?? [];
  if (type === undefined) return undefined;
  if (kind === "evaluators") return id.includes("/") ? undefined : "standard";
  if (kind !== "stores") return renamedTypes[kind]?.get(type) ?? type;
  const url = isMap(part) ? part["url"] : undefined;
  return typeof url === "string" ? url.split(":", 1)[0] : "sqlite";
}

function withoutType(kind: ComponentKind, named: readonly Named[]): readonly Problem[] {
  const message =
    kind === "evaluators"
      ? "is not a name: it must be letters, digits and underscores, and begin with a letter"
      : 'is not an id: it must be "type" or "type/name"';
  return named.filter(({ type }) => type === undefined).map(({ id }) => ({ path: [kind, id], message }));
}

/** One problem a type, however many components are of it. */
function ofUnknownType(kind: ComponentKind, named: readonly Named[], components: Components): readonly Problem[] {
  const known = components[kind].map(({ type }) => type);
  const unknown = named.filter(({ type }) => type !== undefined && !known.includes(type));
  return [...idsByType(unknown)].map(([type, ids]) => unknownType(kind, type, ids, known));
}

function idsByType(named: readonly Named[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { id, type = "" } of named) {
    const sameType = ids.get(type);
    if (sameType === undefined) ids.set(type, [id]);
    else sameType.push(id);
  }
  return ids;
}

function unknownType(kind: string, type: string, ids: readonly string[], known: readonly string[]): Problem {
  const [id = type, ...others] = ids;
  const also = others.length === 0 ? "" : `, also in ${others.map((other) => JSON.stringify(other)).join(", ")}`;
  const suggestion = suggestionFor(type, known);
  const advice = leftOutAdvice(kind, type) ?? ("suggestion" in suggestion ? undefined : seeComponents);
  return {
    path: [kind, id],
    message: `unknown ${kind.slice(0, -1)} type ${JSON.stringify(type)}${also}`,
    ...(advice === undefined ? suggestion : { advice }),
  };
}

/** The collector's types are written with underscores between their words by now, and were not before. */
function leftOutAdvice(kind: string, type: string): string | undefined {
  const plain = (name: string): string => name.replaceAll("_", "");
  const found = [...(leftOutTypes[kind] ?? [])].find(([name]) => plain(name) === plain(type));
  return found?.[1];
}

/** What the collector calls otherwise today is taken under its old name too. */
function renamed(kind: ComponentKind, named: readonly Named[]): readonly Problem[] {
  return named.flatMap(({ id, type = "" }) => {
    const [old = ""] = id.split("/", 1);
    if (renamedTypes[kind]?.get(old) !== type) return [];
    return [{ path: [kind, id], message: `the ${kind.slice(0, -1)} type "${old}" is now called "${type}"` }];
  });
}

/** Connectors by type: there are none here. */
export function parseConnectors(raw: unknown): Pick<Section, "ids" | "problems"> {
  const ids = isMap(raw) ? Object.keys(raw) : [];
  const byType = idsByType(ids.map((id) => ({ id, type: id.split("/", 1)[0] })));
  const problems = [...byType].map(([type, those]) => ({
    ...unknownType("connectors", type, those, []),
    advice: noConnectors,
  }));
  return { ids, problems };
}

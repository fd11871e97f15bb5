/** Checks one part of the configuration against its schema; every problem comes with its path and what was probably meant. */
import type { z } from "zod";
import type { ExpandedTree } from "./expand-tree.ts";
import { noticesOf } from "./notices.ts";
import { suggestionFor, type ConfigPath, type Problem } from "./problem.ts";
import { knownKeys } from "./schema-shape.ts";

export type ParsedPart<Value> =
  /** `written`: the part as the schema took it, in the words of the one who wrote it. */
  | { readonly value: Value; readonly written: unknown; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/**
 * Parses the value at `path` of the file. Where the schema wants text and the environment's value was read as something else,
 * the environment's own text is taken; a key without a value counts as absent, unless the schema knows better.
 */
export function parsePart<Value>(
  schema: z.ZodType<Value>,
  raw: unknown,
  path: ConfigPath,
  source: ExpandedTree,
): ParsedPart<Value> {
  const result = schema.safeParse(raw, { error: describeIssue });
  if (result.success) return { value: result.data, written: raw, warnings: noticesOf([schema], raw, path) };
  const { issues } = result.error;
  const amended = issues.reduce((value, issue) => amend(value, issue, path, source), raw);
  if (amended !== raw) return parsePart(schema, amended, path, source);
  return { problems: issues.flatMap((issue) => problemsOf(issue, schema, path)) };
}

/** The value without what the issue is about, when that is a matter of form only; else the value itself. */
function amend(value: unknown, issue: z.core.$ZodIssue, path: ConfigPath, source: ExpandedTree): unknown {
  const at = pathOf(issue);
  const refused = valueAt(value, at);
  const text = source.textAt([...path, ...at]);
  if (text !== undefined) return wantsText(issue) && refused !== text ? withValueAt(value, at, text) : value;
  return refused === null ? withValueAt(value, at, undefined) : value;
}

function wantsText(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "invalid_type") return issue.expected === "string";
  return issue.code === "invalid_union" && issue.errors.some((branch) => branch.some(wantsText));
}

function pathOf(issue: z.core.$ZodIssue): ConfigPath {
  return issue.path.map((key) => (typeof key === "number" ? key : String(key)));
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.core.$ZodType, path: ConfigPath): readonly Problem[] {
  const at = pathOf(issue);
  const branch = issue.code === "invalid_union" && issue.message === zodsOwn ? onlyFitting(issue.errors) : undefined;
  if (branch !== undefined)
    return branch.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, path));
  if (issue.code !== "unrecognized_keys") return [{ path: [...path, ...at], message: issue.message }];
  const known = knownKeys(schema, at);
  return issue.keys.map((key) => ({
    path: [...path, ...at],
    message: `unknown key ${JSON.stringify(key)}`,
    shownAt: [...path, ...at, key],
    // Another form of the value may have this very key.
    ...suggestionFor(
      key,
      known.filter((other) => other !== key),
    ),
  }));
}

/** What zod says where nobody has a better word. */
const zodsOwn = "Invalid input";

/** What is wrong with the value as the one form of several that it is at all: a map with these keys, a text. */
function onlyFitting(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const isOther = ({ code, path }: z.core.$ZodIssue) =>
    path.length === 0 && (code === "invalid_type" || code === "unrecognized_keys");
  const fitting = branches.filter((issues) => !issues.some(isOther));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** The sentence for an issue for which the schema has none of its own. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is required"
        : `must be ${nameOf(issue.expected)}, not ${kindOf(issue.input)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => JSON.stringify(String(value))).join(", ")}`;
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "must not be empty";
      return `must be ${issue.inclusive === true ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `must be ${issue.inclusive === true ? "at most" : "less than"} ${issue.maximum}`;
    case "invalid_union":
      return describeUnion(issue.errors, issue.input);
    default:
      return undefined;
  }
}

/** Undefined where it is not only the type that is wrong. */
function describeUnion(branches: readonly (readonly z.core.$ZodIssue[])[], input: unknown): string | undefined {
  const types = branches.flat().flatMap((issue) => {
    const isType = issue.code === "invalid_type" && issue.path.length === 0;
    return isType && issue.expected !== "null" ? [nameOf(issue.expected)] : [];
  });
  const isTypeAlone = branches.flat().every(({ code, path }) => code === "invalid_type" && path.length === 0);
  return isTypeAlone ? `must be ${types.join(" or ")}, not ${kindOf(input)}` : undefined;
}

const typeNames = new Map([
  ["object", "a map"],
  ["record", "a map"],
  ["array", "a list"],
  ["string", "text"],
  ["boolean", "true or false"],
  ["int", "a whole number"],
]);

function nameOf(type: string): string {
  return typeNames.get(type) ?? `a ${type}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "nothing";
  if (typeof value === "number" && !Number.isInteger(value)) return "a fraction";
  return nameOf(typeof value);
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  const [key, ...rest] = path;
  return key === undefined ? value : valueAt(new Map(entriesOf(value)).get(key), rest);
}

/** A copy of the value with `replacement` in that place. */
function withValueAt(value: unknown, [key, ...rest]: ConfigPath, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const entries = entriesOf(value).map(
    ([name, entry]) => [name, name === key ? withValueAt(entry, rest, replacement) : entry] as const,
  );
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((entry: unknown, index) => [index, entry] as const);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

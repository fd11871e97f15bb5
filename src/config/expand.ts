/**
 * `${env:NAME}` in otel-config.yaml, with the collector's semantics: expanded after YAML parsing and in scalar values only, so
 * that no value can bring in keys. Source: collector `confmap/expand.go`, `provider/envprovider`.
 */
import { parse } from "yaml";
import { groupedDigits } from "./grouped-digits.ts";

/**
 * What a scalar became. When it was one reference alone it took the type of its value, read as YAML; `text` is then the value as
 * it was written, for settings that want text (`0123` is not 123 there).
 */
export interface Expansion {
  readonly value: unknown;
  readonly text?: string;
}

export interface ExpansionContext {
  readonly lookUp: (name: string) => string | undefined;
  readonly warn: (message: string) => void;
  readonly fail: (message: string) => void;
}

/** ValueHead's names for settings of ours; used when ours is not set. Source: its environment variables (VH-29). */
const aliases = new Map(
  [
    ["LLM_API_KEY"],
    ["LLM_BASE_URL"],
    ["LLM_MODEL"],
    ["LLM_TEMPERATURE", "JUDGE_TEMPERATURE"],
    ["ELEVENLABS_API_KEY"],
    ["DATABASE_URL"],
    ["JWT_SECRET"],
    ["ADMIN_EMAILS"],
    ["MAX_TRACES_PER_USER"],
    ["MAX_TOOL_CALLS_PER_TRACE"],
    ["MAX_TRACE_CHARS"],
  ].map(([name, alias = name]) => [`TURNWISE_${name}`, `TRACE_OBS_${alias}`]),
);

/** Looks a variable up in `environment`, a `TURNWISE_*` one also under its `TRACE_OBS_*` alias. */
export function environmentLookUp(environment: Readonly<Record<string, string | undefined>>) {
  return (name: string): string | undefined => {
    const alias = aliases.get(name);
    return environment[name] ?? (alias === undefined ? undefined : environment[alias]);
  };
}

/** The collector's bounds: of references in one scalar, and of variables looked up for it, theirs included. */
const maximumReferences = 100;
const maximumExpansions = 1000;

/**
 * Expands one scalar. Text with a reference among other text stays text; a reference alone takes the type of its value. A
 * variable's value is expanded like text of the file, `$$` too.
 */
export function expandScalar(scalar: string, context: ExpansionContext): Expansion {
  if (!scalar.includes("$")) return { value: scalar };
  if (scalar.split("${").length > maximumReferences + 1) {
    context.fail(`has more than ${maximumReferences} references`);
    return { value: scalar };
  }
  const bounded = withBound(context);
  const parts = partsOf(scalar, bounded);
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object") return typed(resolve(only, bounded));
  return { value: textOf(parts, bounded) };
}

/** Finds nothing more after so many variables, and says so once. */
function withBound({ lookUp, warn, fail }: ExpansionContext): ExpansionContext {
  let left = maximumExpansions;
  return {
    lookUp(name) {
      left -= 1;
      if (left === -1) fail(`needs more than ${maximumExpansions} expansions; does a variable refer to itself?`);
      return left < 0 ? "" : lookUp(name);
    },
    warn,
    fail,
  };
}

/** Between `${` and `}`: a name, and what to take when it is not set. */
interface Reference {
  readonly inside: string;
}

type Part = string | Reference;

/**
 * Cuts at `$$` (a dollar sign) and at references, which may hold references. `$NAME` is not one. `fail` hears of a reference
 * that does not end; without it, as in a variable's value, that is text.
 */
function partsOf(text: string, { fail }: Partial<Pick<ExpansionContext, "fail">>): readonly Part[] {
  const parts: Part[] = [];
  let literal = "";
  let at = 0;
  while (at < text.length) {
    if (text.startsWith("$$", at)) {
      literal += "$";
      at += 2;
    } else if (text.startsWith("${", at)) {
      const end = endOfReference(text, at);
      if (end === undefined) {
        fail?.('"${" without its "}"; write "$${" for the characters themselves');
        parts.push(literal + text.slice(at));
        return parts;
      }
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push({ inside: text.slice(at + 2, end) });
      at = end + 1;
    } else {
      literal += text[at];
      at += 1;
    }
  }
  if (literal !== "" || parts.length === 0) parts.push(literal);
  return parts;
}

/** Index of the `}` that closes the reference which begins at `start`; a default may hold references and braces in pairs. */
function endOfReference(text: string, start: number): number | undefined {
  let open = 0;
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "{") open += 1;
    if (text[at] === "}") open -= 1;
    if (open === 0) return at;
  }
  return undefined;
}

function textOf(parts: readonly Part[], context: ExpansionContext): string {
  return parts.map((part) => (typeof part === "string" ? part : (resolve(part, context) ?? ""))).join("");
}

/** The text that a reference stands for; undefined when the variable is not set and there is no default. */
function resolve({ inside }: Reference, context: ExpansionContext): string | undefined {
  const separator = separatorIn(inside);
  const name = textOf(partsOf(inside.slice(0, separator), context), context).replace(/^env:/, "");
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(name)) {
    context.fail(`"\${${inside.slice(0, separator)}}" is not supported, only \${env:NAME} and \${NAME} are`);
    return undefined;
  }
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    // As it is written: what a reference inside it stands for may be a secret.
    const written = inside.slice(0, separator).replace(/^env:/, "");
    context.fail(`${JSON.stringify(written)} is no name of an environment variable`);
    return undefined;
  }
  const value = context.lookUp(name);
  if (value !== undefined) return textOf(partsOf(value, {}), context);
  if (separator !== undefined) return textOf(partsOf(inside.slice(separator + 2), context), context);
  context.warn(`the environment variable ${name} is not set and has no default`);
  return undefined;
}

/** Index of the `:-` that begins the default, if there is one; those inside references are theirs. */
function separatorIn(inside: string): number | undefined {
  let open = 0;
  for (let at = 0; at < inside.length; at++) {
    if (inside[at] === "{") open += 1;
    if (inside[at] === "}") open -= 1;
    if (open === 0 && inside.startsWith(":-", at)) return at;
  }
  return undefined;
}

function typed(text: string | undefined): Expansion {
  if (text === undefined) return { value: null };
  const value = scalarOf(text);
  return typeof value === "string" ? { value } : { value, text };
}

/** The text read as a YAML scalar or a flat list of scalars. Whatever could be more (maps, nesting, tags) stays text. */
function scalarOf(text: string): unknown {
  const grouped = groupedDigits(text);
  if (grouped !== undefined) return grouped;
  if (text.trim() === "" || /^[-?:]\s|[{}&*!|>\n]|\[.*\[/s.test(text)) return text;
  try {
    const value: unknown = parse(text, { logLevel: "silent" });
    const isScalar = value === null || typeof value === "number" || typeof value === "boolean";
    const isList = Array.isArray(value) && value.every((entry) => typeof entry !== "object");
    return isScalar || isList ? value : text;
  } catch {
    return text; // not YAML, so it can only be meant as text
  }
}

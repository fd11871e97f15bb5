/**
 * Checks arguments against a tool's JSON schema. Schema and arguments are both hostile, so only keywords that can be
 * checked in bounded time are taken over into a copy; what is left out makes the check more lenient, never stricter.
 */
import { Validator } from "@cfworker/json-schema";
import type { JsonValue } from "../../../model/session.ts";
import { isArray, isRecord, leavesOf, memberOf } from "./json-leaves.ts";

/** What is wrong with the arguments, one sentence; undefined when nothing is, or nothing can be said. */
export type ArgumentCheck = (value: JsonValue) => string | undefined;

/** Bounds on the copy and on schema nodes x argument values. */
const maximumNodes = 5_000;
const maximumDepth = 24;
const maximumWork = 2_000_000;
/** Patterns are tried on texts up to this length: with at most two unbounded repeats the cost stays below its square. */
const longestPatternedText = 1_000;

/** Python's and other names for JSON's types, as tool definitions really use them. */
const typeAliases: ReadonlyMap<string, readonly string[]> = new Map([
  ...["object", "array", "string", "number", "integer", "boolean", "null"].map((type) => [type, [type]] as const),
  ["dict", ["object"]],
  ["float", ["number"]],
  ["double", ["number"]],
  ["int", ["integer"]],
  ["long", ["integer"]],
  ["str", ["string"]],
  ["char", ["string"]],
  ["bool", ["boolean"]],
  ["list", ["array"]],
  ["tuple", ["array"]],
]);

interface Copying {
  readonly root: JsonValue;
  readonly withPatterns: boolean;
  nodes: number;
}

export function createArgumentCheck(parameters: JsonValue | undefined): ArgumentCheck {
  if (!isRecord(parameters)) return () => undefined;
  const compiled = new Map<boolean, { validator: Validator; nodes: number } | undefined>();
  const validatorFor = (withPatterns: boolean) => {
    if (!compiled.has(withPatterns)) compiled.set(withPatterns, compile(parameters, withPatterns));
    return compiled.get(withPatterns);
  };
  return (value) => {
    let size = 0;
    let longest = 0;
    for (const leaf of leavesOf(value)) {
      size += 1;
      if (typeof leaf.value === "string") longest = Math.max(longest, leaf.value.length);
    }
    const found = validatorFor(longest <= longestPatternedText);
    if (found === undefined || found.nodes * size > maximumWork) return undefined;
    const { valid, errors } = found.validator.validate(value);
    return valid ? undefined : sentenceOf(errors);
  };
}

function compile(parameters: JsonValue, withPatterns: boolean) {
  const copying: Copying = { root: parameters, withPatterns, nodes: 0 };
  const schema = copySchema(parameters, copying, 0);
  if (copying.nodes > maximumNodes) return undefined;
  return { validator: new Validator(schema, "2020-12", true), nodes: copying.nodes };
}

/** The innermost complaint is the most telling one. */
function sentenceOf(errors: readonly { instanceLocation: string; error: string; keyword: string }[]): string {
  const last =
    errors.findLast((error) => !["properties", "items", "allOf", "anyOf"].includes(error.keyword)) ?? errors[0];
  const where = (last?.instanceLocation ?? "#").replace(/^#\/?/, "").slice(0, 100);
  return `${where === "" ? "the arguments" : `"${where}"`}: ${(last?.error ?? "does not match the schema").slice(0, 200)}`;
}

function copySchema(schema: JsonValue | undefined, copying: Copying, depth: number): object | boolean {
  copying.nodes += 1;
  if (schema === false) return false;
  if (!isRecord(schema) || depth > maximumDepth || copying.nodes > maximumNodes) return true;
  const target = memberOf(schema, "$ref");
  if (target !== undefined) return copySchema(definitionOf(copying.root, target), copying, depth + 1);
  const nested = (value: JsonValue) => copySchema(value, copying, depth + 1);
  return {
    ...copyTypes(schema, copying),
    ...copyLimits(schema),
    ...copyPattern(schema, copying),
    ...copyNested(schema, nested),
  };
}

/** `#/$defs/Name` and `#/definitions/Name`; anything else is not followed. */
function definitionOf(root: JsonValue, target: JsonValue): JsonValue | undefined {
  const [, group, name] =
    /^#\/(\$defs|definitions)\/([^/]{1,100})$/.exec(typeof target === "string" ? target : "") ?? [];
  return group === undefined || name === undefined ? undefined : memberOf(memberOf(root, group), name);
}

function copyTypes(schema: JsonValue, copying: Copying): object {
  const type = memberOf(schema, "type");
  const values = memberOf(schema, "enum");
  const constant = memberOf(schema, "const");
  const nullable = memberOf(schema, "nullable") === true;
  const names = (isArray(type) ? type : [type]).map((name) =>
    typeof name === "string" ? typeAliases.get(name.toLowerCase()) : undefined,
  );
  const known = names.every((name) => name !== undefined);
  if (isArray(values)) copying.nodes += values.length;
  return {
    ...(known && { type: [...new Set([...names.flat(), ...(nullable ? ["null"] : [])])] }),
    ...(isArray(values) && !nullable && { enum: values }),
    ...(constant !== undefined && { const: constant }),
  };
}

function copyLimits(schema: JsonValue): object {
  const numeric = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
  ];
  const entries = numeric.map((name) => [name, memberOf(schema, name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => typeof value === "number"));
}

function copyPattern(schema: JsonValue, copying: Copying): object {
  const pattern = memberOf(schema, "pattern");
  return copying.withPatterns && typeof pattern === "string" && runsFast(pattern) ? { pattern } : {};
}

/** No repeated groups, no backreferences, no lookarounds, at most two repeats: such a pattern cannot run away. */
export function runsFast(pattern: string): boolean {
  if (pattern.length > 200 || /\\[1-9k]|\(\?[=!<]/.test(pattern)) return false;
  const plain = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  const repeats = plain.match(/[*+]|\{\d*,\d*\}/g)?.length ?? 0;
  const optional = plain.match(/\?/g)?.length ?? 0;
  return !/\)[*+?{]/.test(plain) && repeats <= 2 && optional <= 4 && compiles(pattern);
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function copyNested(schema: JsonValue, nested: (value: JsonValue) => object | boolean): object {
  const properties = memberOf(schema, "properties");
  const required = memberOf(schema, "required");
  const items = memberOf(schema, "items");
  const additional = memberOf(schema, "additionalProperties");
  const choices = [memberOf(schema, "anyOf"), memberOf(schema, "oneOf")].find(isArray);
  const all = memberOf(schema, "allOf");
  return {
    ...(isRecord(properties) && { properties: copyMembers(properties, nested) }),
    ...(isArray(required) && { required: required.filter((name) => typeof name === "string") }),
    ...(isRecord(items) && { items: nested(items) }),
    ...((isRecord(additional) || additional === false) && { additionalProperties: nested(additional) }),
    ...(choices !== undefined && choices.length > 0 && { anyOf: choices.map(nested) }),
    ...(isArray(all) && all.length > 0 && { allOf: all.map(nested) }),
  };
}

/** `fromEntries` makes own members of all names, `__proto__` too. */
const copyMembers = (
  properties: { readonly [key: string]: JsonValue },
  nested: (value: JsonValue) => object | boolean,
): object => Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, nested(value)]));

/** What a condition compares: values, OTLP's named numbers, paths and what functions return. */
import { RE2JS } from "re2js";
import { problemOf } from "../../component/re2-pattern.ts";
import type { AttributeValue } from "../../model/span.ts";
import { printValue } from "../../redaction/print-value.ts";
import { isList, isMap } from "../attribute-kinds.ts";
import type { Value } from "./compare.ts";
import { enums, type Paths } from "./paths.ts";
import { type TokenReader, unexpected } from "./token-reader.ts";
import { ConditionError, type Token } from "./tokens.ts";

export type Operand<Target> = (target: Target) => Value;

/** Throws ConditionError. */
export function parseOperand<Target>(reader: TokenReader, paths: Paths<Target>): Operand<Target> {
  const token = reader.take();
  if (token.kind === "text") return always(token.text);
  if (token.kind === "number") return always(toNumber(token.text));
  if (token.kind !== "name") throw unexpected(token, "a path, a function or a value");
  if (token.text === "true" || token.text === "false") return always(token.text === "true");
  if (token.text === "nil") return always(undefined);
  const next = reader.peek();
  return next.kind === "sign" && next.text === "(" ? parseCall(token, reader, paths) : parsePath(token, reader, paths);
}

function parseCall<Target>(name: Token, reader: TokenReader, paths: Paths<Target>): Operand<Target> {
  reader.expect("(");
  const parse = functions.get(name.text);
  if (parse === undefined) {
    const known = [...functions.keys()].join(", ");
    throw new ConditionError(`there is no function "${name.text}" here, only ${known}`, name.position);
  }
  const operand = parse(reader, paths, name);
  reader.expect(")");
  return operand;
}

type ParseCall = <Target>(reader: TokenReader, paths: Paths<Target>, name: Token) => Operand<Target>;

/** By name, each from behind its `(`. Source: contrib `pkg/ottl/ottlfuncs`. */
const functions: ReadonlyMap<string, ParseCall> = new Map<string, ParseCall>([
  ["IsMatch", parseIsMatch],
  ["HasPrefix", (reader, paths) => parseTextTest(reader, paths, (text, part) => text.startsWith(part))],
  ["HasSuffix", (reader, paths) => parseTextTest(reader, paths, (text, part) => text.endsWith(part))],
  ["IsRootSpan", parseIsRootSpan],
]);

/** What returns true or false, and so is a condition by itself. */
export const functionNames: readonly string[] = [...functions.keys()];

function parseIsMatch<Target>(reader: TokenReader, paths: Paths<Target>): Operand<Target> {
  const operand = parseOperand(reader, paths);
  reader.expect(",");
  const pattern = reader.take();
  if (pattern.kind !== "text") throw unexpected(pattern, "a pattern in quotes");
  const problem = problemOf(pattern.text);
  if (problem !== undefined) throw new ConditionError(`the pattern ${problem}`, pattern.position);
  return isMatch(operand, RE2JS.compile(pattern.text));
}

/** False for what is no text, where the collector fails. */
function parseTextTest<Target>(
  reader: TokenReader,
  paths: Paths<Target>,
  holds: (text: string, part: string) => boolean,
): Operand<Target> {
  const operand = parseOperand(reader, paths);
  reader.expect(",");
  const part = reader.take();
  if (part.kind !== "text") throw unexpected(part, "a text in quotes");
  return (target) => {
    const value = operand(target);
    return typeof value === "string" && holds(value, part.text);
  };
}

function parseIsRootSpan<Target>(_reader: TokenReader, paths: Paths<Target>, { position }: Token): Operand<Target> {
  const parentOf = paths.get("span.parent_span_id.string");
  if (parentOf === undefined) throw new ConditionError("IsRootSpan is only about spans", position);
  return (target) => parentOf(target) === "";
}

function parsePath<Target>(first: Token, reader: TokenReader, paths: Paths<Target>): Operand<Target> {
  let path = first.text;
  while (reader.takes(".")) path += `.${takeName(reader)}`;
  const keys: (string | number)[] = [];
  while (reader.takes("[")) {
    keys.push(takeIndex(reader));
    reader.expect("]");
  }
  const read = paths.get(path);
  if (read !== undefined) return keys.length === 0 ? read : (target) => keys.reduce(memberOf, read(target));
  const number = keys.length === 0 ? enums.get(path) : undefined;
  if (number !== undefined) return always(number);
  throw new ConditionError(`there is no path "${path}" here, only ${[...paths.keys()].join(", ")}`, first.position);
}

function takeName(reader: TokenReader): string {
  const token = reader.take();
  if (token.kind !== "name") throw unexpected(token, "a name");
  return token.text;
}

function takeIndex(reader: TokenReader): string | number {
  const token = reader.take();
  if (token.kind === "text") return token.text;
  if (token.kind === "number" && /^\d+$/.test(token.text)) return Number(token.text);
  throw unexpected(token, "a key in quotes or a position");
}

function memberOf(value: Value, key: string | number): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if (isMap(value)) return value.get(String(key));
  return isList(value) && typeof key === "number" ? value[key] : undefined;
}

/** Anywhere in the value, as text; what is not there matches nothing. */
function isMatch<Target>(operand: Operand<Target>, pattern: RE2JS): Operand<Target> {
  return (target) => {
    const value = operand(target);
    return value !== undefined && value !== null && pattern.test(printValue(value));
  };
}

function always<Target>(value: Value): Operand<Target> {
  return () => value;
}

/** Without a point or an exponent an int, as in OTTL. */
function toNumber(text: string): bigint | number {
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
}

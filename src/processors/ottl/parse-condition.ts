/**
 * The collector's conditions, as far as a filter needs them: comparisons of paths and literals, some functions, and, or, not,
 * parentheses. Source: contrib `pkg/ottl/LANGUAGE.md`.
 */
import { compareValues, operators } from "./compare.ts";
import { functionNames, type Operand, parseOperand } from "./parse-operand.ts";
import type { Paths } from "./paths.ts";
import { createTokenReader, type TokenReader, unexpected } from "./token-reader.ts";
import { ConditionError, type Token } from "./tokens.ts";

export type Condition<Target> = (target: Target) => boolean;

/** Parentheses and nots within each other. */
const MAX_DEPTH = 100;

/** Throws ConditionError, which says what is wrong, where, and what there is instead. */
export function parseCondition<Target>(text: string, paths: Paths<Target>): Condition<Target> {
  const reader = createTokenReader(text);
  const condition = parseOr(reader, paths, MAX_DEPTH);
  if (reader.peek().kind !== "end") throw unexpected(reader.peek(), '"and", "or" or the end');
  return condition;
}

function parseOr<Target>(reader: TokenReader, paths: Paths<Target>, depth: number): Condition<Target> {
  const parts = [parseAnd(reader, paths, depth)];
  while (reader.takes("or")) parts.push(parseAnd(reader, paths, depth));
  return (target) => parts.some((part) => part(target));
}

function parseAnd<Target>(reader: TokenReader, paths: Paths<Target>, depth: number): Condition<Target> {
  const parts = [parsePart(reader, paths, depth)];
  while (reader.takes("and")) parts.push(parsePart(reader, paths, depth));
  return (target) => parts.every((part) => part(target));
}

function parsePart<Target>(reader: TokenReader, paths: Paths<Target>, depth: number): Condition<Target> {
  if (depth === 0) throw new ConditionError("nested too deeply", reader.peek().position);
  if (reader.takes("not")) {
    const condition = parsePart(reader, paths, depth - 1);
    return (target) => !condition(target);
  }
  if (!reader.takes("(")) return parseComparison(reader, paths);
  const inner = parseOr(reader, paths, depth - 1);
  reader.expect(")");
  return inner;
}

function parseComparison<Target>(reader: TokenReader, paths: Paths<Target>): Condition<Target> {
  const start = reader.peek();
  const left = parseOperand(reader, paths);
  const operator = operators.find((candidate) => reader.takes(candidate));
  if (operator === undefined) return asCondition(left, start, reader);
  const right = parseOperand(reader, paths);
  return (target) => compareValues(left(target), operator, right(target));
}

/** Without a comparison only what is true or false by itself is a condition. */
function asCondition<Target>(operand: Operand<Target>, start: Token, reader: TokenReader): Condition<Target> {
  const isBoolean = start.kind === "name" && ["true", "false", ...functionNames].includes(start.text);
  if (!isBoolean) throw unexpected(reader.peek(), `a comparison, one of ${operators.join(" ")},`);
  return (target) => operand(target) === true;
}

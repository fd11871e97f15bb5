/** How values compare. Source: contrib `pkg/ottl/compare.go`, LANGUAGE.md "Comparison Rules". */
import type { AttributeValue } from "../../model/span.ts";

export const operators = ["==", "!=", "<", "<=", ">", ">="] as const;
export type Operator = (typeof operators)[number];
export type Value = AttributeValue | undefined;

/** Values of different kinds are unequal, and neither is less; an int and a double are of one kind. */
export function compareValues(left: Value, operator: Operator, right: Value): boolean {
  const order = orderOf(left, right);
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order !== undefined && order < 0;
    case "<=":
      return order !== undefined && order <= 0;
    case ">":
      return order !== undefined && order > 0;
    case ">=":
      return order !== undefined && order >= 0;
  }
}

/** Below, at or above 0 as in a sort; undefined for values that have no order and are not equal. */
function orderOf(left: Value, right: Value): number | undefined {
  const [first, second] = [left ?? null, right ?? null];
  if (first === second) return 0;
  if (isNumber(first) && isNumber(second)) return orderOfNumbers(first, second);
  if (typeof first === "string" && typeof second === "string") return first < second ? -1 : 1;
  if (typeof first === "boolean" && typeof second === "boolean") return Number(first) - Number(second);
  if (first instanceof Uint8Array && second instanceof Uint8Array) return Buffer.compare(first, second);
  return undefined;
}

const isNumber = (value: AttributeValue): value is bigint | number =>
  typeof value === "bigint" || typeof value === "number";

/** JavaScript compares a bigint and a number by their exact values. */
function orderOfNumbers(left: bigint | number, right: bigint | number): number | undefined {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? undefined : 0;
}

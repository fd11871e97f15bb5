/** A tool call that an agent should have made. */
import type { JsonValue } from "../../model/session.ts";
import { InvalidInputError } from "../evaluation-error.ts";

/** What an argument or an output should be: this value, or what a judge finds this to describe. Never both; neither: null. */
export interface ExpectedValue {
  readonly value?: JsonValue;
  readonly check?: string;
}

export interface ExpectedArgument extends ExpectedValue {
  readonly name: string;
}

export interface ExpectedToolCall {
  readonly tool: string;
  /** Others may have been given as well. */
  readonly arguments?: readonly ExpectedArgument[];
  /** Absent: whatever it returned. */
  readonly output?: ExpectedValue;
  /** After which turn, for metrics that ask; a validator judges the last of the turns that it is given. */
  readonly turn?: number;
}

/** Throws InvalidInputError: 050008 when it names no tool, 050009 for a value and a check of the same thing. */
export function checkExpectedCall({ tool, arguments: expected = [], output = {} }: ExpectedToolCall): void {
  if (tool === "") throw new InvalidInputError("050008", "The expected tool call is missing the tool's name.");
  for (const argument of expected) checkValue(argument, `argument ${argument.name}`);
  checkValue(output, "output");
}

function checkValue({ value = null, check }: ExpectedValue, what: string): void {
  if (value === null || check === undefined) return;
  throw new InvalidInputError("050009", `The expected tool call's ${what} cannot have both a value and a check.`);
}

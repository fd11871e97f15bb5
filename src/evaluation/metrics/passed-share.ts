import { InvalidInputError } from "../evaluation-error.ts";
import { round4 } from "../python-numbers.ts";
import type { Validated } from "./expectation.ts";

export interface PassedShare<Expectation> {
  /** 0..1, to four decimals. */
  readonly score: number;
  readonly validated: readonly Validated<Expectation>[];
}

/** How many of them passed. Throws InvalidInputError 050004 when there are none. Source: agent_inspect's progress. */
export function passedShareOf<Expectation>(validated: readonly Validated<Expectation>[]): PassedShare<Expectation> {
  if (validated.length === 0) throw new InvalidInputError("050004", "there is no validation to make a score of");
  const passed = validated.filter((each) => each.passed);
  return { score: round4(passed.length / validated.length), validated };
}

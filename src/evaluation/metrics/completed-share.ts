import { InvalidInputError } from "../evaluation-error.ts";
import { round4 } from "../python-numbers.ts";
import type { Validated } from "./expectation.ts";

export interface CompletedShare<Expectation> {
  /** 0..1, to four decimals. */
  readonly score: number;
  readonly validated: readonly Validated<Expectation>[];
}

/** How many of them are completed. Throws InvalidInputError 050004 when there are none. Source: agent_inspect's progress. */
export function completedShareOf<Expectation>(
  validated: readonly Validated<Expectation>[],
): CompletedShare<Expectation> {
  if (validated.length === 0) throw new InvalidInputError("050004", "there is no validation to make a score of");
  const completed = validated.filter((each) => each.completed);
  return { score: round4(completed.length / validated.length), validated };
}

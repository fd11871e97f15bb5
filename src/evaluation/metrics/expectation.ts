/** What metrics need of expectations, and of whoever validates them. */
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import type { Validation } from "../validation.ts";

/** What a metric reads of an expectation. Subgoals and expected tool calls are such. */
export interface PlacedExpectation {
  /** After which turn it should hold: its number, from 1, as everywhere but in agent_inspect's own files. */
  readonly turn?: number;
}

/** agent_inspect's `is_completed` is `passed`, and its `explanations` are the explanation and the notes. */
export interface ExpectationValidation extends Validation {
  /** What it rests on, one by one: of a tool call what was compared, and what the judge said in each trial if that was asked for. */
  readonly notes: readonly string[];
}

/** Does the expectation hold at the end of these turns? */
export type ValidateExpectation<Expectation> = (
  turns: readonly TrajectoryTurn[],
  expectation: Expectation,
) => Promise<ExpectationValidation>;

export interface Validated<Expectation> extends ExpectationValidation {
  readonly expectation: Expectation;
}

/** One after the other: what the first costs is known before the next is paid for. */
export async function validateAll<Expectation>(
  turns: readonly TrajectoryTurn[],
  expectations: readonly Expectation[],
  validate: ValidateExpectation<Expectation>,
): Promise<readonly Validated<Expectation>[]> {
  const validated: Validated<Expectation>[] = [];
  for (const expectation of expectations) {
    validated.push({ ...(await validate(turns, expectation)), expectation });
  }
  return validated;
}

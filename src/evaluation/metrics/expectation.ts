/** What metrics need of expectations, and of whoever validates them. */
import type { TrajectoryTurn } from "../trajectory-turn.ts";

/** What a metric reads of an expectation. Subgoals and expected tool calls are such. */
export interface PlacedExpectation {
  /** After which turn it should hold: the turn's position, from 0 as in agent_inspect. Text is no position. */
  readonly turn?: number | string;
}

export interface ExpectationValidation {
  readonly completed: boolean;
  /** First a summary, then what the judge said in each trial, where that was asked for. */
  readonly explanations: readonly string[];
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

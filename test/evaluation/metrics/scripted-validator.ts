/** A validator that says what a plan says, and tells what it was asked. */
import type { Turn } from "../../../src/model/session.ts";
import type { TrajectoryTurn } from "../../../src/evaluation/trajectory-turn.ts";
import type { ValidateExpectation } from "../../../src/evaluation/metrics/expectation.ts";

export interface PlannedGoal {
  readonly details: string;
  readonly turn?: number;
  /** The number of turns from which on it holds; absent: it never does. */
  readonly metAt?: number;
}

export interface ScriptedValidator {
  readonly validate: ValidateExpectation<PlannedGoal>;
  /** The goal and the number of turns it was asked about, in order: `a1`. */
  readonly calls: readonly string[];
}

export function scriptValidator(): ScriptedValidator {
  const calls: string[] = [];
  return {
    calls,
    validate: async (turns, { details, metAt = Infinity }) => {
      calls.push(`${details}${turns.length}`);
      const passed = turns.length >= metAt;
      return { passed, explanation: `${details} has ${passed ? "passed" : "failed"} at ${turns.length}`, notes: [] };
    },
  };
}

export const turnsOf = (count: number): readonly TrajectoryTurn[] =>
  Array.from({ length: count }, (_, index) => ({
    turn: index + 1,
    userContent: `question ${index + 1}`,
    assistantContent: `answer ${index + 1}`,
    steps: [],
  }));

/** The steps of a turn, as metrics read them. */
export const stepsOf = (turn: number, ...steps: Turn["steps"]): Pick<Turn, "turn" | "steps"> => ({ turn, steps });

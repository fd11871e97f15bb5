/** Expectations and trajectories for the validators' tests. */
import * as fc from "fast-check";
import { EvaluationError } from "../../../src/evaluation/evaluation-error.ts";
import type { Validation } from "../../../src/evaluation/validation.ts";
import type { Trajectory, ValidatorNeeds } from "../../../src/evaluation/validators/validator.ts";
import { createValidator } from "../../../src/evaluation/validators/validators.ts";
import type { ChatMessage } from "../../../src/model/message.ts";
import type { JsonValue, Step, TurnFlag } from "../../../src/model/session.ts";
import { sessionOf } from "../conversation.ts";

export interface Expectation {
  readonly type: string;
  readonly [key: string]: unknown;
}

export const validate = async (
  expectation: Expectation,
  trajectory: Trajectory,
  needs?: ValidatorNeeds,
): Promise<Validation> => createValidator(expectation, needs)(trajectory);

/** As the server builds it from messages. */
export const conversation = (...messages: readonly ChatMessage[][]): Trajectory => sessionOf(messages);

/** A call as `["search", {city: "Rome"}]`. */
export type Made = readonly [name: string, given?: JsonValue];

/** One turn with these calls and a reply. */
export const calling = (...calls: readonly Made[]): Trajectory => ({ turns: [turnOf(1, calls)] });

export const turnOf = (turn: number, calls: readonly Made[], flags?: readonly TurnFlag[]) => ({
  turn,
  userContent: "Do it",
  assistantContent: "Done",
  steps: calls.map(([name, given = {}]): Step => ({ type: "tool_call", name, arguments: given })),
  ...(flags === undefined ? {} : { flags }),
});

/** One turn with this reply, or none. */
export const replying = (reply: string | undefined, flags: readonly TurnFlag[] = []): Trajectory => ({
  turns: [
    { turn: 1, userContent: "Hi", ...(reply === undefined ? {} : { assistantContent: reply }), steps: [], flags },
  ],
});

/** The code of the error that a validation rejects with. */
export async function codeOf(validation: Promise<Validation>): Promise<string> {
  try {
    const { passed } = await validation;
    return `passed: ${passed}`;
  } catch (error) {
    if (error instanceof EvaluationError) return error.code;
    throw error;
  }
}

const name = fc.constantFrom("search", "book");
const given = fc.dictionary(fc.constantFrom("x", "y"), fc.nat(1), { maxKeys: 2, noNullPrototype: true });

/** Few names and values, so that many of them fit. */
export const made = fc.array(fc.tuple(name, given), { maxLength: 4 });

export const expectedCall = fc.record(
  { tool: fc.oneof(name, fc.constant("*")), arguments: given, mode: fc.constantFrom("partial", "exact") },
  { requiredKeys: ["tool"], noNullPrototype: true },
);

/** Turns for tests of validators: what was said and the steps, no more. */
import type { TrajectoryTurn } from "../../src/evaluation/trajectory-turn.ts";
import type { JsonValue, ModelCall, Step, ToolCall } from "../../src/model/session.ts";

export const turnOf = (
  turn: number,
  userContent: string,
  assistantContent: string,
  steps: readonly Step[] = [],
): TrajectoryTurn => ({ turn, userContent, assistantContent, steps });

export const calls = (name: string, given: JsonValue, more: Partial<ToolCall> = {}): ToolCall => ({
  type: "tool_call",
  name,
  arguments: given,
  ...more,
});

export const thinks = (reasoning: string, more: Partial<ModelCall> = {}): ModelCall => ({
  type: "model_call",
  reasoning,
  ...more,
});

/** The conversation of the original's tests. */
export const greeting = turnOf(1, "Hello", "Hi, how can I help you?");
export const sum = turnOf(2, "what is 1 + 3?", "The answer is 4.", [
  thinks("Which tool can I use to calculate this?"),
  calls("Calculator", { first_value: "1", second_value: "3", operation: "+" }, { id: "step2", result: "4" }),
]);

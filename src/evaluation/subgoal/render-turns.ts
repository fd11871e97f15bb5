/** Turns as the fields of a judge's prompt. Every text stands on one line, as JSON from which no line can be forged. */
import type { JsonValue, Step, ToolCall } from "../../model/session.ts";
import { toFencedJson } from "../prompts/fence.ts";
import { createShortening } from "../prompts/shortening.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";

export interface Rendering {
  /** Each line, or each turn's lines, begin with the turn's number. */
  readonly numbered: boolean;
}

/** What the user said: a line a turn. */
export const renderInputs = (turns: readonly TrajectoryTurn[], { numbered }: Rendering): string =>
  turns.map(({ turn, userContent }) => `${numbered ? `Turn ${turn}: ` : ""}${toLine(userContent)}\n`).join("");

/** What the agent answered: a line a turn. */
export const renderResponses = (turns: readonly TrajectoryTurn[], { numbered }: Rendering): string =>
  turns.map((turn) => `${numbered ? `Turn ${turn.turn}: ` : ""}${toLine(turn.assistantContent ?? "")}\n`).join("");

/** Both in turn. */
export const renderDialogue = (turns: readonly TrajectoryTurn[]): string =>
  turns
    .map((turn) => `UserProxy: ${toLine(turn.userContent)}\nAgent: ${toLine(turn.assistantContent ?? "")}\n`)
    .join("");

/** What was said, thought and done, in order: a line each. */
export const renderTrajectories = (turns: readonly TrajectoryTurn[], { numbered }: Rendering): string =>
  turns
    .map(
      (turn) =>
        `${numbered ? `Turn ${turn.turn}:\n\n` : ""}${itemsOf(turn)
          .map((item) => `${toLine(item)}\n`)
          .join("")}`,
    )
    .join("");

/** Compact JSON on one line: a line break can only stand between its tokens, with spaces after it. */
export const toLine = (value: JsonValue): string => toFencedJson(value).replace(/\n */g, " ");

function itemsOf(turn: TrajectoryTurn): readonly JsonValue[] {
  return [
    { type: "Agent Input", content: { agent_input: turn.userContent } },
    ...turn.steps.flatMap((step) => stepItems(step, turn.assistantContent)),
    { type: "Agent Output", content: { agent_output: turn.assistantContent ?? "" } },
  ];
}

/** What a model wrote beside its calls is thought: the user did not see it. The reply itself is no thought. */
function stepItems(step: Step, reply?: string): readonly JsonValue[] {
  if (step.type === "tool_call") return [callItem(step)];
  const said = step.content === reply ? undefined : step.content;
  return [step.reasoning, said].flatMap((text = "") =>
    text === "" ? [] : [{ type: "Agent Thought", content: { agent_thought: text } }],
  );
}

function callItem({ id, name, arguments: given, result, error, subAgent }: ToolCall): JsonValue {
  return {
    ...(id === undefined ? {} : { id }),
    type: "Tool Call",
    content: {
      tool_name: name,
      tool_arguments: showValue(given),
      ...(error === undefined ? { tool_output: showValue(result ?? null) } : { tool_error: error }),
      ...(subAgent === undefined ? {} : { steps_within: subAgent.steps.flatMap((step) => stepItems(step)) }),
    },
  };
}

/** Whole; one that is long is shown as its JSON text, which bounds how deep the line is nested. */
export const showValue = (value: JsonValue): JsonValue => createShortening().value("tool_results", value, Infinity);

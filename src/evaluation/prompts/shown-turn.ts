/** A turn as a judge is shown it: blind to models and scores, numbered so that it can be cited. */
import type { JsonValue, ModelCall, ToolCall, Turn, TurnFlag } from "../../model/session.ts";
import type { Passage } from "./evidence.ts";
import { jsonText, type Shortening } from "./shortening.ts";

/** How many characters may stay of each kind of text. */
export interface Detail {
  readonly text: number;
  readonly arguments: number;
  readonly result: number;
}

/** What the judge is shown, and where each text of it stands: what can be cited is what was shown. */
export interface Shown {
  readonly json: JsonValue;
  readonly passages: readonly Passage[];
}

export function showTurn(turn: Turn, detail: Detail, shorten: Shortening): Shown {
  const notes = notesOf(turn);
  const calls = toolCallsOf(turn);
  const steps = shownSteps(turn).map((step, i) =>
    step.type === "tool_call"
      ? showCall(step, i + 1, calls.indexOf(step) + 1, detail, shorten)
      : showModelCall(step, i + 1, detail, shorten),
  );
  const user = shorten.text("user text", turn.userContent, detail.text);
  const reply = turn.assistantContent === undefined ? null : shorten.text("reply", turn.assistantContent, detail.text);
  const error = turn.error === undefined ? {} : { error: shorten.text("errors", turn.error, detail.result) };
  return {
    json: {
      turn: turn.turn,
      ...(notes.length === 0 ? {} : { notes }),
      user,
      steps: steps.map(({ json }) => json),
      reply,
      ...error,
    },
    passages: [
      { text: user, messageIndex: turn.messageIndex },
      ...steps.flatMap(({ passages }) => passages),
      { text: `${reply ?? ""} ${error.error ?? ""}`, messageIndex: turn.replyMessageIndex },
    ],
  };
}

export function toolCallsOf(turn: Turn): readonly ToolCall[] {
  return turn.steps.filter((step) => step.type === "tool_call");
}

/** Tool calls, and model calls that say something which the reply does not repeat. */
function shownSteps(turn: Turn): Turn["steps"] {
  return turn.steps.filter(
    (step) =>
      step.type === "tool_call" ||
      step.error !== undefined ||
      (step.content !== undefined && step.content !== "" && step.content !== turn.assistantContent),
  );
}

function showModelCall(call: ModelCall, step: number, detail: Detail, shorten: Shortening): Shown {
  const content =
    call.content === undefined ? {} : { agent_text: shorten.text("agent text", call.content, detail.text) };
  const error = call.error === undefined ? {} : { model_error: shorten.text("errors", call.error, detail.result) };
  const text = `${content.agent_text ?? ""} ${error.model_error ?? ""}`;
  return {
    json: { step, ...content, ...error },
    passages: [{ at: step, text, spanId: call.spanId, messageIndex: call.messageIndex }],
  };
}

function showCall(call: ToolCall, step: number, number: number, detail: Detail, shorten: Shortening): Shown {
  const { name, error, result, subAgent, spanId, messageIndex } = call;
  const given = shorten.value("arguments", call.arguments, detail.arguments);
  const outcome: JsonObject =
    error !== undefined
      ? { error: shorten.text("errors", error, detail.result) }
      : result !== undefined
        ? { result: shorten.value("tool results", result, detail.result) }
        : { result_missing: true };
  const helper: JsonObject = subAgent === undefined ? {} : { done_by: `a sub-agent in ${subAgent.steps.length} steps` };
  return {
    json: { step, call: number, tool: name, arguments: given, ...outcome, ...helper },
    passages: [
      { at: step, text: `${name} ${textOf(given)}`, spanId, messageIndex },
      {
        at: step,
        text: Object.values(outcome).map(textOf).join(" "),
        spanId,
        messageIndex: call.resultMessageIndex ?? messageIndex,
      },
    ],
  };
}

interface JsonObject {
  readonly [key: string]: JsonValue;
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : jsonText(value);
}

const flagNotes: Readonly<Record<TurnFlag, string>> = {
  truncated: "The recording of this turn was cut; what is missing may have happened.",
  content_missing: "Texts of this turn were not recorded; their absence says nothing about the agent.",
  guessed_session: "That this turn belongs to the conversation is a guess.",
};

function notesOf(turn: Turn): readonly string[] {
  return [
    ...(turn.inferred ? ["This turn is known from later history only; its steps were not recorded."] : []),
    ...(turn.aborted ? ["The user or the application stopped the reply."] : []),
    ...(turn.regeneratesTurn === undefined ? [] : [`It answers turn ${turn.regeneratesTurn} anew.`]),
    ...turn.flags.map((flag) => flagNotes[flag]),
  ];
}

/** A turn as a judge is shown it: blind to models and scores, numbered so that it can be cited. */
import type { Attachment, JsonValue, ModelCall, ToolCall, Turn, TurnFlag } from "../../model/session.ts";
import { nameAttachments } from "../name-attachments.ts";
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
      : showModelCall(step, i + 1, turn.assistantContent, detail, shorten),
  );
  const user = shorten.text("user_text", turn.userContent, detail.text);
  const reply = turn.assistantContent === undefined ? null : shorten.text("reply", turn.assistantContent, detail.text);
  const error = turn.error === undefined ? {} : { error: shorten.text("errors", turn.error, detail.result) };
  return {
    json: {
      turn: turn.turn,
      ...(notes.length === 0 ? {} : { notes }),
      user,
      ...showAttachments("user_attachments", turn.attachments),
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

/** Tool calls, and model calls that show something which the reply does not repeat. */
function shownSteps(turn: Turn): Turn["steps"] {
  return turn.steps.filter(
    (step) =>
      step.type === "tool_call" ||
      step.error !== undefined ||
      step.reasoning !== undefined ||
      step.attachments !== undefined ||
      (step.content !== undefined && step.content !== "" && step.content !== turn.assistantContent),
  );
}

function showModelCall(
  call: ModelCall,
  step: number,
  reply: string | undefined,
  detail: Detail,
  shorten: Shortening,
): Shown {
  const { content: said, reasoning: thought } = call;
  const reasoning = thought === undefined ? {} : { agent_reasoning: shorten.text("reasoning", thought, detail.result) };
  const content =
    said === undefined || said === reply ? {} : { agent_text: shorten.text("agent_text", said, detail.text) };
  const error = call.error === undefined ? {} : { model_error: shorten.text("errors", call.error, detail.result) };
  const text = [reasoning.agent_reasoning, content.agent_text, error.model_error].join(" ");
  return {
    json: { step, ...reasoning, ...content, ...showAttachments("agent_attachments", call.attachments), ...error },
    passages: [{ at: step, text, spanId: call.spanId, messageIndex: call.messageIndex }],
  };
}

function showCall(call: ToolCall, step: number, number: number, detail: Detail, shorten: Shortening): Shown {
  const { name, error, result, providerRun, subAgent, spanId, messageIndex } = call;
  const given = shorten.value("arguments", call.arguments, detail.arguments);
  const outcome: JsonObject =
    error !== undefined
      ? { error: shorten.text("errors", error, detail.result) }
      : result !== undefined
        ? { result: shorten.value("tool_results", result, detail.result) }
        : { result_missing: true };
  const helper: JsonObject = subAgent === undefined ? {} : { done_by: `a sub-agent in ${subAgent.steps.length} steps` };
  const runner: JsonObject = providerRun === true ? { run_by: "the model's provider" } : {};
  return {
    json: {
      step,
      call: number,
      tool: shorten.text("arguments", name, nameChars),
      ...runner,
      arguments: given,
      ...outcome,
      ...helper,
    },
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

function showAttachments(key: string, attachments: readonly Attachment[] = []): JsonObject {
  if (attachments.length === 0) return {};
  const shown = attachments.slice(0, maxAttachments);
  return {
    [key]: shown.map(({ kind, mediaType, name, uri }) => ({
      kind,
      ...(mediaType === undefined ? {} : { media_type: mediaType.slice(0, nameChars) }),
      ...(name === undefined ? {} : { name: name.slice(0, nameChars) }),
      ...(uri === undefined ? {} : { uri: uri.slice(0, nameChars) }),
    })),
  };
}

/** Longer names of tools and files tell nothing more. */
const nameChars = 200;
/** A note counts all of them. */
const maxAttachments = 20;

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
  guessed_speakers: "Who said what in this turn is a guess: it was a transcript or a recording.",
};

/** The user went on before the agent could answer, or the recording ends here. */
const isUnanswered = ({ steps, assistantContent, error, inferred, aborted }: Turn): boolean =>
  steps.length === 0 && assistantContent === undefined && error === undefined && !inferred && !aborted;

function notesOf(turn: Turn): readonly string[] {
  return [
    ...(turn.inferred ? ["This turn is known from later history only; its steps were not recorded."] : []),
    ...(turn.aborted ? ["The user or the application stopped the reply."] : []),
    ...(isUnanswered(turn)
      ? ["Nothing was done or said about this message. That alone is not the agent's fault."]
      : []),
    ...(turn.regeneratesTurn === undefined ? [] : [`It answers turn ${turn.regeneratesTurn} anew.`]),
    ...(turn.attachments === undefined
      ? []
      : [`The user attached ${nameAttachments(turn.attachments)}, which you cannot see.`]),
    ...turn.flags.map((flag) => flagNotes[flag]),
  ];
}

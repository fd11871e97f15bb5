import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import { readChatCompletion } from "./chat-answer.ts";
import type { StreamReader } from "../observed-call.ts";

interface Choice {
  content: string;
  reasoning: string;
  refusal: string;
  finishReason: string | undefined;
  readonly calls: Map<number, { id: string | undefined; name: string; arguments: string }>;
}

/** Puts `chat.completion.chunk`s together to the completion they are pieces of. */
export function createChatStreamReader(): StreamReader {
  const head: Record<string, unknown> = {};
  const choices = new Map<number, Choice>();
  return {
    add(value) {
      const chunk = fieldsOf(value);
      for (const key of ["id", "model", "service_tier", "system_fingerprint", "usage"]) {
        if (chunk[key] !== undefined && chunk[key] !== null) head[key] = chunk[key];
      }
      for (const choice of listOf(chunk["choices"])) addChoice(choices, fieldsOf(choice));
    },
    answer: () =>
      readChatCompletion({ ...head, choices: [...choices].sort(byIndex).map(([, choice]) => toChoice(choice)) }),
    isComplete: () => choices.size > 0 && [...choices.values()].every((choice) => choice.finishReason !== undefined),
  };
}

function addChoice(choices: Map<number, Choice>, { index, delta, finish_reason }: Fields): void {
  const choice = atIndex(choices, numberOf(index) ?? 0, newChoice);
  const { content, refusal, reasoning_content, reasoning, tool_calls } = fieldsOf(delta);
  choice.content += textOf(content) ?? "";
  choice.refusal += textOf(refusal) ?? "";
  choice.reasoning += textOf(reasoning_content) ?? textOf(reasoning) ?? "";
  choice.finishReason = textOf(finish_reason) ?? choice.finishReason;
  for (const piece of listOf(tool_calls)) addToolCall(choice, fieldsOf(piece));
}

function addToolCall({ calls }: Choice, { index, id, function: nested, custom }: Fields): void {
  const call = atIndex(calls, numberOf(index) ?? calls.size, () => ({ id: undefined, name: "", arguments: "" }));
  const piece = fieldsOf(nested ?? custom);
  call.id = textOf(id) ?? call.id;
  call.name += textOf(piece["name"]) ?? "";
  call.arguments += textOf(piece["arguments"]) ?? textOf(piece["input"]) ?? "";
}

function toChoice({ content, reasoning, refusal, finishReason, calls }: Choice): Fields {
  const tool_calls = [...calls].sort(byIndex).map(([, { id, ...call }]) => ({ id, function: call }));
  return { message: { content, refusal, reasoning_content: reasoning, tool_calls }, finish_reason: finishReason };
}

const newChoice = (): Choice => ({
  content: "",
  reasoning: "",
  refusal: "",
  finishReason: undefined,
  calls: new Map(),
});
const byIndex = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number => a - b;

function atIndex<T>(map: Map<number, T>, index: number, create: () => T): T {
  const existing = map.get(index);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(index, created);
  return created;
}

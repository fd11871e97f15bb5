/** A model call as the session sees it: what was said before, what is new, what came back. */
import { isUserText } from "../dialects/message.ts";
import type { Message, MessageCall } from "../dialects/message.ts";
import type { ModelOperation } from "../dialects/operation.ts";
import { compareSpans } from "./compare-spans.ts";

export interface Call {
  readonly operation: ModelOperation;
  /** The input without system messages. */
  readonly history: readonly Message[];
  readonly systemPrompt: string;
  /** The output's texts and calls, put together: some providers give a message for each. */
  readonly text: string;
  readonly calls: readonly MessageCall[];
}

const calls = new WeakMap<ModelOperation, Call>();

/** Of one operation always the same object: whoever has it knows that nothing about the call has changed. */
export function toCall(operation: ModelOperation): Call {
  const call = calls.get(operation) ?? readCall(operation);
  calls.set(operation, call);
  return call;
}

function readCall(operation: ModelOperation): Call {
  const { messages } = operation.input;
  return {
    operation,
    history: withoutSystem(messages),
    systemPrompt: textsOf(messages.filter(({ role }) => role === "system")),
    text: textsOf(operation.output),
    calls: operation.output.flatMap(({ calls }) => calls),
  };
}

/** System messages normally stand in front, and a slice is cheaper than a filter over the whole history. */
function withoutSystem(messages: readonly Message[]): readonly Message[] {
  const rest = messages.slice(
    Math.max(
      messages.findIndex(({ role }) => role !== "system"),
      0,
    ),
  );
  return rest.some(({ role }) => role === "system") ? rest.filter(({ role }) => role !== "system") : rest;
}

function textsOf(messages: readonly Message[]): string {
  return messages
    .map(({ text }) => text)
    .filter((text) => text !== "")
    .join("\n");
}

/** By start; ties by end, then by the length of the input. */
export function compareCalls(a: Call, b: Call): number {
  const [one, other] = [a.operation.span, b.operation.span];
  const isTie = one.startTimeUnixNano === other.startTimeUnixNano && one.endTimeUnixNano === other.endTimeUnixNano;
  return (isTie && a.history.length - b.history.length) || compareSpans(one, other);
}

export function hasOutput(call: Call): boolean {
  return call.text !== "" || call.calls.length > 0;
}

/** What the call says that no tool was asked for: the candidate for the turn's reply. */
export function isReplyCall(call: Call): boolean {
  return call.text !== "" && call.calls.length === 0;
}

/** Some of its text or results arrived. Without, content capture was off. */
export function hasContent(call: Call): boolean {
  return call.history.some(({ text, results }) => {
    return text !== "" || results.some(({ content, error }) => content !== undefined || error !== undefined);
  });
}

/** Is the text what the call answered, or as much of it as the user saw? Of a call without output it may be. */
export function isAnswerOf(call: Call, text: string): boolean {
  return call.text.startsWith(text) || !hasOutput(call);
}

/** The run of user texts that ends with the last user text. */
export function lastUserRun(history: readonly Message[]): readonly string[] {
  const end = history.findLastIndex(isUserText);
  let start = end;
  while (start > 0 && history[start - 1]?.role === "user") start--;
  return history.slice(Math.max(start, 0), end + 1).flatMap(({ text }) => (text === "" ? [] : [text]));
}

/** What followed the last user message: the steps of the turn so far. Its text may be missing (content off, an image). */
export function afterLastUserText(history: readonly Message[]): readonly Message[] {
  return history.slice(history.findLastIndex(({ role }) => role === "user") + 1);
}

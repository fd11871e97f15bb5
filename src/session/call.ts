/** A model call as the session sees it: what was said before, what is new, what came back. */
import { isUserText } from "../dialects/message.ts";
import type { Message, MessageCall } from "../dialects/message.ts";
import type { ModelOperation } from "../dialects/operation.ts";
import { compareSpans } from "./normalise-spans.ts";

export interface Call {
  readonly operation: ModelOperation;
  /** The input without system messages. */
  readonly history: readonly Message[];
  readonly systemPrompt: string;
  /** The output's texts and calls, put together: some providers give a message for each. */
  readonly text: string;
  readonly calls: readonly MessageCall[];
}

export function toCall(operation: ModelOperation): Call {
  const { messages } = operation.input;
  return {
    operation,
    history: messages.filter(({ role }) => role !== "system"),
    systemPrompt: messages.flatMap(({ role, text }) => (role === "system" && text !== "" ? [text] : [])).join("\n"),
    text: operation.output.flatMap(({ text }) => (text === "" ? [] : [text])).join("\n"),
    calls: operation.output.flatMap(({ calls }) => calls),
  };
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
  return call.history.some(({ text, results }) => text !== "" || results.some(({ content }) => content !== undefined));
}

/** The run of user texts that ends with the last user text. */
export function lastUserRun(history: readonly Message[]): readonly string[] {
  const end = history.findLastIndex(isUserText);
  let start = end;
  while (start > 0 && history[start - 1]?.role === "user") start--;
  return history.slice(Math.max(start, 0), end + 1).flatMap(({ text }) => (text === "" ? [] : [text]));
}

/** What followed the last user text: the steps of the turn so far. */
export function afterLastUserText(history: readonly Message[]): readonly Message[] {
  return history.slice(history.findLastIndex(isUserText) + 1);
}

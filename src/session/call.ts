/** A model call as the session sees it: what was said before, what is new, what came back. */
import { describeMedia } from "../dialects/media-part.ts";
import { attachmentsOf, isAside, isConsent, isUserText } from "../dialects/message.ts";
import type { Message, MessageCall, MessageOther } from "../dialects/message.ts";
import type { ModelOperation } from "../dialects/operation.ts";
import type { Attachment } from "../model/session.ts";
import { compareSpans } from "./compare-spans.ts";

export interface Call {
  readonly operation: ModelOperation;
  /** The input without system messages, and without what the model only thought or its provider's tools did. */
  readonly history: readonly Message[];
  readonly systemPrompt: string;
  /** The output's texts and calls, put together: some providers give a message for each. */
  readonly text: string;
  readonly calls: readonly MessageCall[];
  /** Images and the like in the output. */
  readonly attachments: readonly Attachment[];
  /** What else the output has: thoughts, the provider's tools. */
  readonly others: readonly MessageOther[];
  /** The same request as other traces recorded it. Absent: none did. */
  readonly records?: readonly Call[];
}

const calls = new WeakMap<ModelOperation, Call>();

/** Of one operation always the same object: whoever has it knows that nothing about the call has changed. */
export function toCall(operation: ModelOperation): Call {
  const call = calls.get(operation) ?? readCall(operation);
  calls.set(operation, call);
  return call;
}

const recorded = new WeakMap<Call, Call>();

/** Again the same object for the same records. */
export function withRecords(call: Call, records: readonly Call[]): Call {
  if (records.length === 0) return call;
  const known = recorded.get(call);
  const isKnown =
    known?.records?.length === records.length && known.records.every((other, at) => other === records[at]);
  if (known !== undefined && isKnown) return known;
  const whole = { ...call, records };
  recorded.set(call, whole);
  return whole;
}

/** The spans that tell of the request, the one that stands for it first. */
export function operationsOf({ operation, records = [] }: Call): readonly ModelOperation[] {
  return [operation, ...records.map((record) => record.operation)];
}

function readCall(operation: ModelOperation): Call {
  const { messages } = operation.input;
  const attachments = operation.output.flatMap(attachmentsOf);
  return {
    operation,
    history: withoutSystem(messages),
    systemPrompt: textsOf(messages.filter(({ role }) => role === "system")),
    // An answer that is only a picture is an answer.
    text: textsOf(operation.output) || attachments.map(describeMedia).join("\n"),
    calls: operation.output.flatMap(({ calls }) => calls),
    attachments,
    others: operation.output.flatMap(({ others = [] }) => others),
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
  return rest.every(wasSaid) ? rest : rest.filter(wasSaid);
}

function wasSaid(message: Message): boolean {
  return message.role !== "system" && !isAside(message);
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
  return call.history.some((message) => {
    if (message.text !== "" || isConsent(message)) return true;
    return message.results.some(({ content, error }) => content !== undefined || error !== undefined);
  });
}

/** Is the text what the call answered, or as much of it as the user saw? Of a call without output it may be. */
export function isAnswerOf(call: Call, text: string): boolean {
  return call.text.startsWith(text) || !hasOutput(call);
}

/** The run of user messages with a text that ends with the last of them. */
export function lastUserRun(history: readonly Message[]): readonly Message[] {
  const end = history.findLastIndex(isUserText);
  let start = end;
  while (start > 0 && history[start - 1]?.role === "user") start--;
  return history.slice(Math.max(start, 0), end + 1).filter(isUserText);
}

export function lastUserText(history: readonly Message[]): string | undefined {
  return history.findLast(isUserText)?.text;
}

/** What followed the last user message: the steps of the turn so far. Its text may be missing (content off, an image). */
export function afterLastUserText(history: readonly Message[]): readonly Message[] {
  return history.slice(history.findLastIndex(({ role }) => role === "user") + 1);
}

/** OpenInference's message lists, repaired from the raw request and response where the flattened ones lost something. */
import type { JsonValue } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { isCutOff } from "./json-list.ts";
import { isList, isObject, member, parseStructure } from "./lenient-json.ts";
import { listInText } from "./message-source.ts";
import { isAside } from "./message.ts";
import type { Message } from "./message.ts";
import { readModelResponse } from "./model-response.ts";
import type { MessageList } from "./operation.ts";
import { plainMessage } from "./parse-message.ts";

/** The raw request counts when attributes were dropped (a limit cuts the flattened list), or a message lost its content. */
export function openInferenceInput(span: Span, context: ReadContext): MessageList {
  const messages = context.memory.readIndexedMessages(span.attributes, "llm.input_messages.", toChat);
  if (span.droppedAttributesCount === 0 && isComplete(messages)) return { messages, truncated: false };
  const request = textAttribute(span.attributes, "input.value");
  const raw = request === undefined ? undefined : listInText(request, context, { members: ["messages", "input"] });
  if (raw !== undefined && raw.messages.length > 0 && raw.messages.length + 1 >= messages.length)
    return withSystem(raw, messages);
  return { messages, truncated: span.droppedAttributesCount > 0 || (raw?.truncated ?? false) };
}

export function openInferenceOutput(span: Span, context: ReadContext): MessageList {
  const messages = context.memory.readIndexedMessages(span.attributes, "llm.output_messages.", toChat);
  if (span.droppedAttributesCount === 0 && isComplete(messages)) return { messages, truncated: false };
  const raw = readResponse(textAttribute(span.attributes, "output.value"));
  return { messages: raw.length > 0 ? raw : messages.filter((message) => !isHollow(message)), truncated: false };
}

/** `{message: {role, content | contents, tool_calls}}` as a chat message. */
function toChat(element: JsonValue): JsonValue {
  const message = member(element, "message");
  if (!isObject(message)) return {};
  const contents = member(message, "contents");
  const calls = member(message, "tool_calls");
  return {
    ...message,
    ...(isList(contents) ? { content: [...textBefore(message), ...contents.map(toPart)] } : {}),
    ...(isList(calls) ? { tool_calls: calls.map((call) => member(call, "tool_call") ?? {}) } : {}),
  };
}

function textBefore(message: JsonValue): readonly JsonValue[] {
  const content = member(message, "content");
  return typeof content === "string" ? [{ type: "text", text: content }] : [];
}

/** A part of `contents`; a call in it is repeated among the message's `tool_calls`. */
function toPart(part: JsonValue): JsonValue {
  return member(part, "message_content") ?? {};
}

/** An assistant message with neither text nor calls: its content was lost. */
function isHollow(message: Message): boolean {
  const { role, text, calls } = message;
  return role === "assistant" && text === "" && calls.length === 0 && !isAside(message);
}

/**
 * Nothing was lost on the way: no message is hollow, and of the calls some have ids (LangChain's lose them when they are
 * flattened). One plain loop, because it runs over the whole history at every call.
 */
function isComplete(messages: readonly Message[]): boolean {
  let hasCalls = false;
  let hasIds = false;
  for (const message of messages) {
    if (isHollow(message)) return false;
    hasCalls ||= message.calls.length > 0;
    hasIds ||= message.calls[0]?.id !== undefined;
  }
  return messages.length > 0 && (hasIds || !hasCalls);
}

/** Requests may keep the system prompt outside of their message list. */
function withSystem(raw: MessageList, flattened: readonly Message[]): MessageList {
  const system = raw.messages.some(({ role }) => role === "system")
    ? []
    : flattened.filter(({ role }) => role === "system");
  return { ...raw, messages: [...system, ...raw.messages] };
}

/** A provider's response, or plain text (streams). */
function readResponse(text: string | undefined): readonly Message[] {
  if (text === undefined) return [];
  const response = parseStructure(text);
  if (response === undefined) return isCutOff(text) ? [] : [plainMessage("assistant", text)];
  return readModelResponse(response);
}

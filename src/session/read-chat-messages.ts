/** Chat messages as records with their positions, also those whose tool calls are written as tags in the text. */
import { limitDepth, unwrapJson } from "../dialects/lenient-json.ts";
import { readCall } from "../dialects/message-parts.ts";
import type { Message, MessageCall } from "../dialects/message.ts";
import { parseMessage } from "../dialects/parse-message.ts";
import { readToolResult } from "../dialects/tool-result.ts";
import type { ChatMessage } from "../model/message.ts";
import type { JsonValue } from "../model/session.ts";

export interface NumberedMessage {
  readonly message: Message;
  /** Position in the session's messages, from 0. */
  readonly index: number;
}

export function readChatMessages(messages: readonly ChatMessage[]): readonly NumberedMessage[] {
  const numbered = messages.flatMap((chat, index) => {
    const message = parseMessage(withSafeValues(chat));
    return message === undefined ? [] : [{ message: withTaggedCalls(message), index }];
  });
  return withAnswersOfTools(numbered);
}

/**
 * What comes under the user's role right after calls that nobody answered, beside which the model said nothing, is their
 * answer: the user has seen nothing that he could reply to. So tool messages look that lost their role on the way, as
 * Gemini's, which have the user's.
 */
function withAnswersOfTools(messages: readonly NumberedMessage[]): readonly NumberedMessage[] {
  let unanswered = 0;
  return messages.map((numbered) => {
    const { role, text, calls } = numbered.message;
    const isAnswer = role === "user" && unanswered > 0;
    unanswered = isAnswer ? unanswered - 1 : role === "assistant" && text === "" ? calls.length : 0;
    return isAnswer ? { ...numbered, message: toAnswer(numbered.message) } : numbered;
  });
}

function toAnswer({ text, results }: Message): Message {
  const answer = text === "" ? [] : [readToolResult(text)];
  return { role: "tool", text: "", calls: [], results: [...results, ...answer] };
}

/** The door has checked the shape; what lies inside arguments and content parts can still be nested without end. */
function withSafeValues(chat: ChatMessage): { readonly [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(chat).map(([key, value]: [string, unknown]) => [key, limitDepth(value)]));
}

const open = "<tool_call>";
const close = "</tool_call>";

/** `<tool_call>{"name": …, "arguments": …}</tool_call>` in an assistant's text is a call, not text. */
function withTaggedCalls(message: Message): Message {
  if (message.role !== "assistant" || !message.text.includes(open)) return message;
  const calls: MessageCall[] = [];
  let text = "";
  let read = 0;
  for (;;) {
    const start = message.text.indexOf(open, read);
    const end = start < 0 ? -1 : message.text.indexOf(close, start);
    if (end < 0) break;
    const call = readTaggedCall(message.text.slice(start + open.length, end).trim());
    if (call !== undefined) calls.push(call);
    text += message.text.slice(read, call === undefined ? end + close.length : start);
    read = end + close.length;
  }
  if (calls.length === 0) return message;
  return { ...message, text: (text + message.text.slice(read)).trim(), calls: [...message.calls, ...calls] };
}

function readTaggedCall(body: string): MessageCall | undefined {
  return readCall(unwrapJson(body));
}

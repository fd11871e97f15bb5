/** Chat messages as records with their positions, also those whose tool calls and answers are written as tags in the text. */
import { limitDepth } from "../dialects/lenient-json.ts";
import type { Message, MessageCall, MessageResult } from "../dialects/message.ts";
import { parseMessage } from "../dialects/parse-message.ts";
import type { ChatMessage } from "../model/message.ts";
import type { JsonValue } from "../model/session.ts";
import { canonicalJson } from "./canonical-json.ts";
import { readTaggedCalls, readTaggedResults } from "./tagged-calls.ts";

export interface NumberedMessage {
  readonly message: Message;
  /** Position in the session's messages, from 0. */
  readonly index: number;
}

/**
 * What comes under the user's role is the user's, also after calls that nobody answered; parts and tags that say they are
 * results are not. A user message with both is two records of one position.
 */
export function readChatMessages(messages: readonly ChatMessage[]): readonly NumberedMessage[] {
  let waiting = 0;
  return messages.flatMap((chat, index) => {
    const parsed = parseMessage(withSafeValues(chat));
    if (parsed === undefined) return [];
    const read = parsed.role === "user" && waiting === 0 ? [parsed] : withoutTags(parsed);
    for (const { role, calls, results } of read) {
      waiting = role === "user" ? 0 : Math.max(0, waiting + calls.length - results.length);
    }
    return read.map((message) => ({ message, index }));
  });
}

/** How many tools the messages call, in whatever way they say so. */
export function countToolCalls(messages: readonly ChatMessage[]): number {
  return readChatMessages(messages).reduce((sum, { message }) => sum + message.calls.length, 0);
}

/** The door has checked the shape; what lies inside arguments and content parts can still be nested without end. */
function withSafeValues(chat: ChatMessage): { readonly [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(chat).map(([key, value]: [string, unknown]) => [key, limitDepth(value)]));
}

function withoutTags(message: Message): readonly Message[] {
  switch (message.role) {
    case "assistant":
      return [withTaggedCalls(message)];
    case "tool":
      return [{ ...message, results: message.results.flatMap(openTaggedResult) }];
    case "user":
      return splitTaggedResults(message);
    default:
      return [message];
  }
}

/** A tag that says what the message's own calls say already is no further call. */
function withTaggedCalls(message: Message): Message {
  const { text, calls } = readTaggedCalls(message.text);
  if (calls.length === 0) return message;
  const known = new Set(message.calls.map(contentOfCall));
  return { ...message, text, calls: [...message.calls, ...calls.filter((call) => !known.has(contentOfCall(call)))] };
}

const contentOfCall = ({ name, arguments: args }: MessageCall): string => canonicalJson([name, args]);

/** The id beside the tag is that of the only answer in it. */
function openTaggedResult(result: MessageResult): readonly MessageResult[] {
  if (typeof result.content !== "string") return [result];
  const { results } = readTaggedResults(result.content);
  const [only] = results;
  if (only === undefined) return [result];
  return results.length === 1 && result.id !== undefined ? [{ id: result.id, ...only }] : results;
}

/** To calls that wait for them; else whoever writes such a tag is the user, about tags. */
function splitTaggedResults(message: Message): readonly Message[] {
  const { text, results } = readTaggedResults(message.text);
  if (results.length === 0) return [message];
  const answers: Message = { role: "tool", text: "", calls: [], results };
  const isEmpty = text === "" && message.others === undefined;
  return isEmpty ? [answers] : [answers, { ...message, text }];
}

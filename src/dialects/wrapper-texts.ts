/** What a wrapper (agent, workflow) was asked and what it replied: fallbacks when the model calls do not say. */
import type { JsonValue } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import { readCutString } from "./cut-json.ts";
import type { ReadContext } from "./dialect.ts";
import { isCutOff } from "./json-list.ts";
import { isList, isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import { listInText } from "./message-source.ts";
import type { Message } from "./message.ts";
import type { MessageList } from "./operation.ts";
import { parseMessages, plainMessage } from "./parse-message.ts";

/** Attribute keys of one dialect. */
export interface WrapperKeys {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  /** Where the reply stands by itself, so that JSON is what the user got and not a record of the run. */
  readonly answer?: readonly string[];
  /** Where the wrapper keeps all messages of its run: a list, or an object with `messages` (perhaps as its `outputs`). */
  readonly transcript?: readonly string[];
}

/** A message list; or a text, the first positional argument, `question` or `message` as one user message. */
export function readWrapperInput(span: Span, context: ReadContext, keys: WrapperKeys): MessageList {
  const value = jsonAttribute(span.attributes, ...(keys.input ?? []), "gen_ai.input.messages");
  if (typeof value !== "string") return whole(value === undefined ? [] : openInput(value));
  const list = listInText(value, context, { members: ["messages"] });
  if (list !== undefined && (list.messages.length > 0 || list.truncated)) return list;
  const opened = parseStructure(value);
  // A user can send JSON as his text: it is opened only when it looks like a record of arguments.
  return whole(
    opened !== undefined && isRecordOfInput(opened)
      ? openInput(opened)
      : [plainMessage("user", readCutString(value) ?? value)],
  );
}

function whole(messages: readonly Message[]): MessageList {
  return { messages, truncated: false };
}

/** Only plain text counts: wrappers that write message lists concatenate or reorder the texts of their steps. */
export function readWrapperReply(span: Span, keys: WrapperKeys): string | undefined {
  const answer = textAttribute(span.attributes, ...(keys.answer ?? []));
  if (answer !== undefined) return answer;
  const text = textAttribute(span.attributes, ...(keys.output ?? []));
  const opened = text === undefined ? undefined : parseStructure(text);
  if (opened === undefined) return text === undefined || isCutOff(text) ? undefined : (readCutString(text) ?? text);
  return typeof opened === "string" && opened !== "" ? opened : undefined;
}

/** Empty for wrappers that keep no list. */
export function readWrapperTranscript(span: Span, context: ReadContext, keys: WrapperKeys): readonly Message[] {
  const value = jsonAttribute(span.attributes, ...(keys.transcript ?? []));
  if (typeof value !== "string") return value === undefined ? [] : parseMessages(member(value, "messages") ?? value);
  const list = listInText(value, context, { members: ["messages"] })?.messages ?? [];
  return list.length > 0 ? list : parseMessages(member(member(parseStructure(value), "outputs"), "messages"));
}

const textMembers = ["question", "message", "prompt", "input", "query"];

function isRecordOfInput(value: JsonValue): boolean {
  if (!isObject(value)) return true;
  return [...textMembers, "messages", "args", "inputs"].some((key) => Object.hasOwn(value, key));
}

function openInput(value: JsonValue): readonly Message[] {
  if (typeof value === "string") return [plainMessage("user", value)];
  if (isList(value)) return parseMessages(value);
  const text = textMember(value, ...textMembers);
  if (text !== undefined) return [plainMessage("user", text)];
  const positional = member(value, "args");
  const first = isList(positional) ? positional[0] : member(value, "inputs");
  return first === undefined ? parseMessages(member(value, "messages")) : openInput(first);
}

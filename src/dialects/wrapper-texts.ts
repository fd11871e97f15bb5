/** What a wrapper (agent, workflow) was asked and what it replied: fallbacks when the model calls do not say. */
import type { JsonValue } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { isList, isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import { listInText } from "./message-source.ts";
import type { Message } from "./message.ts";
import { parseMessages, plainMessage } from "./parse-message.ts";

/** Attribute keys of one dialect. */
export interface WrapperKeys {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
}

/** A message list; or a text, the first positional argument, `question` or `message` as one user message. */
export function readWrapperInput(span: Span, context: ReadContext, keys: WrapperKeys): readonly Message[] {
  const value = jsonAttribute(span.attributes, ...(keys.input ?? []), "gen_ai.input.messages");
  if (typeof value !== "string") return value === undefined ? [] : openInput(value);
  const list = listInText(value, context, { members: ["messages"] });
  if (list !== undefined && list.messages.length > 0) return list.messages;
  const opened = parseStructure(value);
  // A user can send JSON as his text: it is opened only when it looks like a record of arguments.
  return opened !== undefined && isRecordOfInput(opened) ? openInput(opened) : [plainMessage("user", value)];
}

/** Only plain text counts: wrappers that write message lists concatenate or reorder the texts of their steps. */
export function readWrapperReply(span: Span, keys: WrapperKeys): string | undefined {
  const text = textAttribute(span.attributes, ...(keys.output ?? []));
  const opened = text === undefined ? undefined : parseStructure(text);
  if (opened === undefined) return text;
  return typeof opened === "string" && opened !== "" ? opened : undefined;
}

const textMembers = ["question", "message", "prompt", "input", "query"];

function isRecordOfInput(value: JsonValue): boolean {
  if (!isObject(value)) return true;
  return [...textMembers, "messages", "args"].some((key) => Object.hasOwn(value, key));
}

function openInput(value: JsonValue): readonly Message[] {
  if (typeof value === "string") return [plainMessage("user", value)];
  if (isList(value)) return parseMessages(value);
  const text = textMember(value, ...textMembers);
  if (text !== undefined) return [plainMessage("user", text)];
  const positional = member(value, "args");
  const first = isList(positional) ? positional[0] : undefined;
  return first === undefined ? parseMessages(member(value, "messages")) : openInput(first);
}

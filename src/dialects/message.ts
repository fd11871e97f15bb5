/** One message as every dialect is brought to: whatever shape it had, this is what was said, asked and answered. */
import type { Attachment, JsonValue } from "../model/session.ts";

export type MessageRole = "system" | "user" | "assistant" | "tool";

export interface Message {
  readonly role: MessageRole;
  /** Empty when the message has no text. */
  readonly text: string;
  /** Tools the model asked for. Some providers give several of them the same id. */
  readonly calls: readonly MessageCall[];
  readonly results: readonly MessageResult[];
  /** Absent when the message has nothing else. */
  readonly others?: readonly MessageOther[];
}

/** What is neither text nor call nor result: media, reasoning, tools that the provider ran itself, kinds yet unknown. */
export interface MessageOther {
  /** As its library names the kind. */
  readonly type: string;
  /** Of media. */
  readonly attachment?: Attachment;
  /** What the model thought, where it may be read. */
  readonly reasoning?: string;
  /** A tool that the provider ran itself, inside the request: nobody was asked to answer it. */
  readonly call?: MessageCall;
  /** What such a tool gave. */
  readonly result?: MessageResult;
}

export interface MessageCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments: JsonValue;
}

/** A failed tool has `error`, the text of what went wrong as far as it is known. */
export interface MessageResult {
  readonly id?: string;
  readonly name?: string;
  /** Absent when content capture was off. */
  readonly content?: JsonValue;
  readonly error?: string;
}

/** An assistant message that is an answer and not a request for tools. */
export function isReply(message: Message): boolean {
  return message.role === "assistant" && message.text !== "" && message.calls.length === 0;
}

/** Images, files and speech among the message's parts. */
export function attachmentsOf({ others = [] }: Message): readonly Attachment[] {
  return others.flatMap(({ attachment }) => attachment ?? []);
}

/** Only a thought or a tool of the provider stands in it (items of the Responses API): nothing was said to anybody. */
export function isAside({ text, calls, results, others = [] }: Message): boolean {
  return text === "" && calls.length === 0 && results.length === 0 && others.some(isOfModelAlone);
}

/** What the model thought, or did with the tools of its provider. */
export function isOfModelAlone({ call, result, reasoning }: MessageOther): boolean {
  return call !== undefined || result !== undefined || reasoning !== undefined;
}

/** Somebody allowed or refused a call, and said nothing else: what the tool gave is not in it. */
export function isConsent({ role, text, results, others = [] }: Message): boolean {
  return role === "tool" && text === "" && results.length === 0 && others.some(({ type }) => APPROVAL.test(type));
}

const APPROVAL = /approval[-_]?response$/i;

export function isUserText(message: Message): boolean {
  return message.role === "user" && message.text !== "";
}

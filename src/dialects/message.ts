/** One message as every dialect is brought to: whatever shape it had, this is what was said, asked and answered. */
import type { JsonValue } from "../model/session.ts";

export type MessageRole = "system" | "user" | "assistant" | "tool";

export interface Message {
  readonly role: MessageRole;
  /** Empty when the message has no text. */
  readonly text: string;
  /** Tools the model asked for, unique by id. */
  readonly calls: readonly MessageCall[];
  readonly results: readonly MessageResult[];
  /** Absent when the message has nothing else. */
  readonly others?: readonly MessageOther[];
}

/** What is neither text nor call nor result: media, reasoning, tools that the provider ran itself, kinds yet unknown. */
export interface MessageOther {
  /** As its library names the kind. */
  readonly type: string;
  /** Of media: `[image: photo.png, image/png]`, never the bytes. */
  readonly description?: string;
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

export function isUserText(message: Message): boolean {
  return message.role === "user" && message.text !== "";
}

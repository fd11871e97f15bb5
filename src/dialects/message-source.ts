/** A place where a span may keep its messages. Sources are asked in order; the first that has any wins. */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { findMember } from "./json-list.ts";
import type { MessageRole } from "./message.ts";
import type { MessageList } from "./operation.ts";

export type MessageSource = (span: Span, context: ReadContext) => MessageList | undefined;

export function firstMessages(sources: readonly MessageSource[], span: Span, context: ReadContext): MessageList {
  let cut = false;
  for (const source of sources) {
    const list = source(span, context);
    if (list !== undefined && list.messages.length > 0) return list;
    cut ||= list?.truncated ?? false;
  }
  return { messages: [], truncated: cut };
}

export interface ListPlace {
  /** Names under which an object may keep the list, when the text is not the list itself. */
  readonly members?: readonly string[];
  /** Role of messages that say none. */
  readonly role?: MessageRole;
}

/** The list in the JSON text of one attribute. */
export function listInAttribute(key: string, place: ListPlace = {}): MessageSource {
  return ({ attributes }, context) => {
    const text = textAttribute(attributes, key);
    return text === undefined ? undefined : listInText(text, context, place);
  };
}

/** A list in JSON text: at its top level or a member of an object; a list within the list (batches) is opened. */
export function listInText(text: string, { memory }: ReadContext, place: ListPlace = {}): MessageList | undefined {
  const outer = text.startsWith("[") ? 0 : findMember(text, place.members ?? []);
  if (outer === undefined || text[outer] !== "[") return undefined;
  return memory.readMessageList(text, text[outer + 1] === "[" ? outer + 1 : outer, place.role ?? "user");
}

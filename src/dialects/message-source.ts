/** A place where a span may keep its messages. Sources are asked in order; the first that has any wins. */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { findMember, isCutOff, isListStart, skipSpace } from "./json-list.ts";
import type { MessageRole } from "./message.ts";
import { unnoted } from "./note.ts";
import type { FactName } from "./note.ts";
import type { MessageList } from "./operation.ts";

export type MessageSource = (span: Span, context: ReadContext) => MessageList | undefined;

/** `fact`: what is read, for those who watch. */
export function firstMessages(
  sources: readonly MessageSource[],
  span: Span,
  context: ReadContext,
  fact: FactName,
): MessageList {
  const { note = unnoted } = context;
  let cut = false;
  for (const source of sources) {
    const list = note(fact, () => source(span, context));
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

/**
 * A list in JSON text: at its top level or a member of an object; a list within the list (batches) is opened. Undefined when
 * the text is something else; text that was cut off before the list began is a list without messages.
 */
export function listInText(text: string, { memory }: ReadContext, place: ListPlace = {}): MessageList | undefined {
  const start = skipSpace(text, 0);
  const outer = isListStart(text, start) ? start : findMember(text, place.members ?? []);
  if (outer === undefined || !isListStart(text, outer)) {
    return isCutOff(text) ? { messages: [], truncated: true } : undefined;
  }
  const inner = skipSpace(text, outer + 1);
  const isBatch = text[inner] === "[" && !ROLE_AND_CONTENT.test(text.slice(inner, inner + 20));
  return memory.readMessageList(text, isBatch ? inner : outer, place.role ?? "user");
}

/** LangChain's shorthand for a message, `["user", "hi"]`. */
const ROLE_AND_CONTENT = /^\[\s*"(?:user|human|assistant|ai|system|developer|tool)"/;

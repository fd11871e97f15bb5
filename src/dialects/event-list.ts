/**
 * Messages as a list of events in one attribute: the conventions' events of a message each (1.28 to 1.36), written by
 * libraries that had no log records to write them to. Each is `{"event.name": "gen_ai.user.message", role, content}`.
 */
import type { Span } from "../model/span.ts";
import { jsonAttribute } from "./attribute-values.ts";
import { isList, textMember, unwrapJson } from "./lenient-json.ts";
import { readMessageEvent } from "./message-events.ts";
import type { MessageEvent } from "./message-events.ts";
import type { MessageSource } from "./message-source.ts";
import type { MessageList } from "./operation.ts";

export function eventListInput(key: string): MessageSource {
  return (span) => toList(inputOf(eventsIn(span, key)));
}

export function eventListOutput(key: string): MessageSource {
  return (span) => {
    const events = eventsIn(span, key);
    return toList(events.slice(inputOf(events).length));
  };
}

function eventsIn({ attributes }: Span, key: string): readonly MessageEvent[] {
  const list = unwrapJson(jsonAttribute(attributes, key) ?? null);
  return isList(list) ? list.flatMap((event) => readMessageEvent(textMember(event, "event.name"), event) ?? []) : [];
}

/** Choices end the list; where the answer is written as messages like those before, the model's last words are it. */
function inputOf(events: readonly MessageEvent[]): readonly MessageEvent[] {
  const choice = events.findIndex(({ isOutput }) => isOutput);
  if (choice >= 0) return events.slice(0, choice);
  return events.slice(0, events.findLastIndex(({ message }) => message.role !== "assistant") + 1);
}

function toList(events: readonly MessageEvent[]): MessageList {
  return { messages: events.map(({ message }) => message), truncated: false };
}

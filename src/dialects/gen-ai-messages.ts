/** Where the GenAI conventions keep messages: attributes, else span events, else log records. */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, Span } from "../model/span.ts";
import { jsonAttribute, toJson } from "./attribute-values.ts";
import { readCutParts } from "./cut-json.ts";
import type { ReadContext } from "./dialect.ts";
import { isList, isObject, member, parseStructure } from "./lenient-json.ts";
import {
  detailsEvent,
  detailsWith,
  eventNameOf,
  messageOfEvent,
  messageOfRecord,
  tellsOutput,
} from "./message-events.ts";
import type { MessageEvent } from "./message-events.ts";
import { listInText } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import type { Message, MessageRole } from "./message.ts";
import type { MessageList } from "./operation.ts";
import { parseMessages, plainMessage } from "./parse-message.ts";

const inputKey = "gen_ai.input.messages";
const outputKey = "gen_ai.output.messages";

export const genAiInput = sourcesOf(inputKey, "gen_ai.content.prompt", "gen_ai.prompt");
export const genAiOutput = sourcesOf(outputKey, "gen_ai.content.completion", "gen_ai.completion");

/** Both directions have the same places. */
function sourcesOf(key: string, contentEvent: string, contentKey: string): readonly MessageSource[] {
  const isOutput = key === outputKey;
  return [
    (span, context) => readList(span.attributes, key, context),
    ({ events }, context) => readList(detailsWith(events, key), key, context),
    ({ events }) => toList(events.filter(({ name }) => tellsOutput(name) === isOutput).map(messageOfEvent)),
    (span, context) => fromContentEvents(span, context, contentEvent, contentKey),
    (_span, { logRecords }) => {
      const own = logRecords.filter((record) => tellsOutput(eventNameOf(record)) === isOutput);
      return { ...toList(own.map(messageOfRecord)), isLoose: true };
    },
    (_span, context) => fromDetailRecords(context, key),
  ];
}

/** `gen_ai.system_instructions`: plain text or a list of parts, where the conventions keep lists of messages. */
export function systemInstructions({ attributes, events }: Span, { logRecords }: ReadContext): readonly Message[] {
  const key = "gen_ai.system_instructions";
  const record = logRecords.find((record) => eventNameOf(record) === detailsEvent && record.attributes.has(key));
  const places = [attributes, detailsWith(events, key), record?.attributes ?? new Map()];
  const value = places.map((place) => jsonAttribute(place, key)).find((value) => value !== undefined);
  if (value === undefined) return [];
  const opened = typeof value === "string" ? (parseStructure(value) ?? readCutParts(value) ?? value) : value;
  if (typeof opened === "string") return [plainMessage("system", opened)];
  const parts = isObject(opened) ? [opened] : opened;
  return isList(parts) ? parseMessages([{ role: "system", content: parts }]) : [];
}

function readList(attributes: AttributeMap, key: string, context: ReadContext): MessageList | undefined {
  return readValue(jsonAttribute(attributes, key), key === outputKey ? "assistant" : "user", context);
}

/** JSON text, or (in events, and allowed on spans) structured values. */
function readValue(value: JsonValue | undefined, role: MessageRole, context: ReadContext): MessageList | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") return { messages: parseMessages(value, role), truncated: false };
  return (
    listInText(value, context, { role }) ?? {
      messages: parseMessages(parseStructure(value) ?? value, role),
      truncated: false,
    }
  );
}

/** One event or record for each message; others are none. */
function toList(events: readonly (MessageEvent | undefined)[]): MessageList {
  return { messages: events.flatMap((event) => event?.message ?? []), truncated: false };
}

/** Conventions up to 1.27: one event with the whole prompt, one with the completion. */
function fromContentEvents({ events }: Span, context: ReadContext, name: string, key: string): MessageList | undefined {
  const event = events.find((event) => event.name === name);
  const role = key === "gen_ai.completion" ? "assistant" : "user";
  return event && readValue(jsonAttribute(event.attributes, key), role, context);
}

/** Input and output may come in one details record or in two. */
function fromDetailRecords(context: ReadContext, key: string): MessageList | undefined {
  for (const record of context.logRecords) {
    if (eventNameOf(record) !== detailsEvent) continue;
    const value = jsonAttribute(record.attributes, key) ?? member(toJson(record.body), key);
    const list = readValue(value, key === outputKey ? "assistant" : "user", context);
    if (list !== undefined && list.messages.length > 0) return list;
  }
  return undefined;
}

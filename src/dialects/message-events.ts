/**
 * Messages that travel one by one, as span events or log records: the GenAI conventions 1.28 to 1.36 (and 1.27's content
 * events), and the details event of 1.37, which carries whole lists.
 */
import type { AttributeMap, LogRecord, SpanEvent } from "../model/span.ts";
import type { JsonValue } from "../model/session.ts";
import { mapToJson, textAttribute, toJson } from "./attribute-values.ts";
import { isObject, member, parseStructure } from "./lenient-json.ts";
import type { Message, MessageRole } from "./message.ts";
import { parseMessage } from "./parse-message.ts";

export const detailsEvent = "gen_ai.client.inference.operation.details";

const roles = new Map<string, MessageRole>([
  ["gen_ai.system.message", "system"],
  ["gen_ai.user.message", "user"],
  ["gen_ai.assistant.message", "assistant"],
  ["gen_ai.tool.message", "tool"],
]);
const choiceEvent = "gen_ai.choice";

export interface MessageEvent {
  readonly isOutput: boolean;
  readonly message: Message;
}

/** The name is a field of newer records; older SDKs write it as an attribute. */
export function eventNameOf(record: LogRecord): string | undefined {
  return record.eventName || textAttribute(record.attributes, "event.name", "event_name");
}

/** Undefined for records that are not messages. A body that is JSON text is opened. */
export function messageOfRecord(record: LogRecord): MessageEvent | undefined {
  const body = toJson(record.body);
  const name = eventNameOf(record);
  const payload = typeof body === "string" ? (parseStructure(body) ?? body) : body;
  return readMessageEvent(isObject(payload) ? (messageRecords.get(name ?? "") ?? name) : name, payload);
}

/** LiteLLM names its records after the content events of 1.27, but writes one for each message. */
const messageRecords = new Map([
  ["gen_ai.content.prompt", "gen_ai.user.message"],
  ["gen_ai.content.completion", choiceEvent],
]);

/** Undefined for events that are not messages. Azure's clients and Semantic Kernel write a message as JSON in one attribute. */
export function messageOfEvent(event: SpanEvent): MessageEvent | undefined {
  const content = textAttribute(event.attributes, "gen_ai.event.content");
  const opened = content === undefined ? openTexts(event.attributes) : parseStructure(content);
  return readMessageEvent(event.name, isObject(opened) ? opened : (content ?? null));
}

/** The attributes of all details events on one span count as one set: gives those of the last event that has the key. */
export function detailsWith(events: readonly SpanEvent[], key: string): AttributeMap {
  const event = events.findLast(({ name, attributes }) => name === detailsEvent && attributes.has(key));
  return event?.attributes ?? new Map();
}

/** Events and records of the other direction need not be read. `name` as messageRecords has it. */
export function tellsOutput(name: string | undefined): boolean {
  return name === choiceEvent || messageRecords.get(name ?? "") === choiceEvent;
}

/** `payload`: what the event carries beside its name. Undefined for events that are not messages. */
export function readMessageEvent(name: string | undefined, payload: JsonValue): MessageEvent | undefined {
  if (name === choiceEvent) return asOutput(messageOfChoice(payload));
  const role = roles.get(name ?? "");
  if (role === undefined) return undefined;
  // A role in the message itself is the more exact one (conventions 1.28).
  const value = isObject(payload) ? { role, ...payload } : { role, content: payload };
  const message = parseMessage(value, role);
  return message === undefined ? undefined : { isOutput: false, message };
}

/** OpenLLMetry for Python has the calls beside the message. */
function messageOfChoice(payload: JsonValue): JsonValue {
  const message = member(payload, "message");
  const calls = member(payload, "tool_calls");
  if (!isObject(message) || calls === undefined || calls === null) return message ?? payload;
  return { tool_calls: calls, ...message };
}

function asOutput(value: JsonValue): MessageEvent | undefined {
  const message = parseMessage(
    isObject(value) ? { ...value, role: "assistant" } : { role: "assistant", content: value },
  );
  return message === undefined ? undefined : { isOutput: true, message };
}

/** Attributes of span events are texts; calls and the choice's message are JSON in them. */
function openTexts(attributes: AttributeMap): JsonValue {
  const payload = mapToJson(attributes);
  const opened = ["tool_calls", "message"].flatMap((key) => {
    const value = member(payload, key);
    const structure = typeof value === "string" ? parseStructure(value) : undefined;
    return structure === undefined ? [] : [[key, structure] as const];
  });
  return { ...payload, ...Object.fromEntries(opened) };
}

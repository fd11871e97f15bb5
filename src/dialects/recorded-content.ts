/**
 * AWS's distribution of OpenTelemetry (ADOT), which Bedrock AgentCore runs, takes what was said out of a span, whatever
 * library wrote it, and sends it in one log record for the span, named after the span's scope:
 * `{input: {messages: [{role, content}]}, output: {…}}`. Here it is put back where the library had it, or where the
 * conventions would have it, so that the span is read as if it had never been taken apart.
 */
import type { AttributeMap, AttributeValue, LogRecord, Span } from "../model/span.ts";
import { indexInKey } from "./indexed-attributes.ts";
import { eventNameOf } from "./message-events.ts";

export function withRecordedContent(span: Span, logRecords: readonly LogRecord[]): Span {
  const record = logRecords.find((record) => isContentRecord(record) && eventNameOf(record) === span.scope.name);
  if (record === undefined) return span;
  const input = messagesIn(record.body, "input");
  const output = messagesIn(record.body, "output");
  const own = [...directContent(span, input, output), ...indexedContent(span, [...input, ...output])];
  const content = own.length > 0 ? own : conventionalContent(input, output);
  return { ...span, attributes: withEntries(span.attributes, content) };
}

/** The span's own map still answers for its own keys: whoever explains a session watches it. */
function withEntries(own: AttributeMap, content: readonly Entry[]): AttributeMap {
  const added = new Map(content);
  const all = new Map([...own, ...content]);
  all.get = (key) => added.get(key) ?? own.get(key);
  return all;
}

/** Has its body the shape that ADOT writes? */
export function isContentRecord({ body }: LogRecord): boolean {
  return messagesIn(body, "input").length > 0 || messagesIn(body, "output").length > 0;
}

type Entry = readonly [key: string, value: AttributeValue];

interface Recorded {
  readonly role: string;
  readonly content: AttributeValue;
}

function messagesIn(body: AttributeValue, direction: "input" | "output"): readonly Recorded[] {
  const messages = memberOf(memberOf(body, direction), "messages");
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message: AttributeValue) => {
    const content = contentOf(memberOf(message, "content"));
    const role = memberOf(message, "role");
    return content === undefined || typeof role !== "string" ? [] : [{ role, content }];
  });
}

/** A text, or (of a span event) the event's attributes, among which it is `message` or `content`. */
function contentOf(content: AttributeValue | undefined): AttributeValue | undefined {
  return memberOf(content, "message") ?? memberOf(content, "content") ?? memberOf(content, "text") ?? content;
}

function memberOf(value: AttributeValue | undefined, key: string): AttributeValue | undefined {
  return value instanceof Map ? (value as AttributeMap).get(key) : undefined;
}

/** Arguments and results of what is a tool; on other spans nobody asks for them. */
function conventionalContent(input: readonly Recorded[], output: readonly Recorded[]): readonly Entry[] {
  return [
    ...entry("gen_ai.input.messages", listOf(input)),
    ...entry("gen_ai.output.messages", listOf(output)),
    ...entry("gen_ai.tool.call.arguments", input[0]?.content),
    ...entry("gen_ai.tool.call.result", output[0]?.content),
  ];
}

function listOf(messages: readonly Recorded[]): AttributeValue | undefined {
  return messages.length === 0 ? undefined : messages.map((message) => new Map(Object.entries(message)));
}

/** By which mark a library's span is known, and the keys of what it was given and gave; of a model call OpenInference has both. */
const directKeys = [
  { mark: "traceloop.span.kind", input: "traceloop.entity.input", output: "traceloop.entity.output" },
  { mark: "openinference.span.kind", input: "input.value", output: "output.value" },
];

/** They stand before all others. */
function directContent(
  { attributes }: Span,
  input: readonly Recorded[],
  output: readonly Recorded[],
): readonly Entry[] {
  const keys = directKeys.find(({ mark }) => attributes.has(mark));
  if (keys === undefined) return [];
  return [...entry(keys.input, input[0]?.content), ...entry(keys.output, output[0]?.content)];
}

/** Flattened messages, in the order in which ADOT lists them. It takes their content only: all else is still there. */
const families = ["gen_ai.completion.", "gen_ai.prompt.", "llm.input_messages.", "llm.output_messages."];

interface Slot {
  readonly role: string;
  readonly contentKey: string;
  readonly hasCalls: boolean;
}

/**
 * The n-th text of a role is the n-th message's of that role. Messages that only ask for tools had none; where the counts
 * still differ, nobody can tell which text is whose.
 */
function indexedContent({ attributes }: Span, messages: readonly Recorded[]): readonly Entry[] {
  const slots = slotsOf(attributes);
  return [...new Set(slots.map(({ role }) => role))].flatMap((role) => {
    const all = slots.filter((slot) => slot.role === role);
    const speaking = all.filter(({ hasCalls }) => !hasCalls);
    const texts = messages.filter((message) => message.role === role).slice(isOpenInference(attributes, role) ? 1 : 0);
    const filled = [all, speaking].find(({ length }) => length === texts.length) ?? [];
    return filled.flatMap(({ contentKey }, at) => entry(contentKey, texts[at]?.content));
  });
}

/** Its own input and output are the first text of a user and of an assistant. */
function isOpenInference(attributes: AttributeMap, role: string): boolean {
  return attributes.has("openinference.span.kind") && (role === "user" || role === "assistant");
}

function slotsOf(attributes: AttributeMap): readonly Slot[] {
  return families.flatMap((family) => {
    const own = [...attributes.keys()].filter((key) => key.startsWith(family));
    const withCalls = new Set(own.filter((key) => key.includes(".tool_calls.")).map((key) => indexInKey(key, family)));
    const indexes = new Set(own.map((key) => indexInKey(key, family)).sort((a, b) => a - b));
    return [...indexes].flatMap((index) => {
      const prefix = `${family}${index}.${family.startsWith("llm.") ? "message." : ""}`;
      const role = attributes.get(`${prefix}role`);
      const contentKey = `${prefix}content`;
      if (typeof role !== "string" || attributes.has(contentKey)) return [];
      return [{ role, contentKey, hasCalls: withCalls.has(index) }];
    });
  });
}

function entry(key: string, value: AttributeValue | undefined): readonly Entry[] {
  return value === undefined || value === null ? [] : [[key, value]];
}

/** Spans and log records as an agent's instrumentation would send them, for tests that write into a store. */
import { randomBytes } from "node:crypto";
import type { AttributeValue, LogRecord, Resource, Scope, Span } from "../../src/model/span.ts";

export interface Message {
  readonly role: string;
  readonly content: string;
}

export const agentResource: Resource = {
  attributes: new Map([["service.name", "support-agent"]]),
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
};

export const agentScope: Scope = {
  name: "agent",
  version: "1.0.0",
  attributes: new Map(),
  droppedAttributesCount: 0,
  schemaUrl: "",
};

export const randomTraceId = (): string => randomBytes(16).toString("hex");
export const randomSpanId = (): string => randomBytes(8).toString("hex");

/** A span of 1 s that began at second `startSecond` after an arbitrary moment; any field can be given. */
export function agentSpan(
  fields: Partial<Span> & { startSecond?: number; attributes?: Span["attributes"] } = {},
): Span {
  const { startSecond = 0, ...given } = fields;
  const start = 1_790_000_000_000_000_000n + BigInt(startSecond) * 1_000_000_000n;
  return {
    traceId: randomTraceId(),
    spanId: randomSpanId(),
    traceState: "",
    flags: 1,
    name: "chat gpt-4o-mini",
    kind: 3,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 1_000_000_000n,
    status: { code: 0, message: "" },
    attributes: new Map(),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: agentResource,
    scope: agentScope,
    ...given,
  };
}

export function attributes(values: Readonly<Record<string, AttributeValue>>): Map<string, AttributeValue> {
  return new Map(Object.entries(values));
}

/** A model call that carries its history as one growing JSON attribute (GenAI semantic conventions). */
export function modelCall(messages: readonly Message[], fields: Parameters<typeof agentSpan>[0] = {}): Span {
  const parts = messages.map(({ role, content }) => ({ role, parts: [{ type: "text", content }] }));
  return agentSpan({
    ...fields,
    attributes: new Map([
      ...attributes({
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.input.messages": JSON.stringify(parts),
        "gen_ai.usage.input_tokens": BigInt(messages.length * 100),
      }),
      ...(fields.attributes ?? []),
    ]),
  });
}

/** The same as hundreds of flattened attributes (OpenInference). */
export function flattenedModelCall(messages: readonly Message[], fields: Parameters<typeof agentSpan>[0] = {}): Span {
  const flattened = messages.flatMap(({ role, content }, index) => [
    [`llm.input_messages.${index}.message.role`, role] as const,
    [`llm.input_messages.${index}.message.content`, content] as const,
  ]);
  return agentSpan({
    ...fields,
    attributes: new Map<string, AttributeValue>([
      ["openinference.span.kind", "LLM"],
      ...flattened,
      ["llm.output_messages.0.message.role", "assistant"],
      ["llm.token_count.prompt", BigInt(messages.length * 100)],
      ...(fields.attributes ?? []),
    ]),
  });
}

export function agentLogRecord(fields: Partial<LogRecord> = {}): LogRecord {
  return {
    timeUnixNano: 1_790_000_000_000_000_000n,
    observedTimeUnixNano: 1_790_000_000_000_000_001n,
    severityNumber: 9,
    severityText: "INFO",
    body: attributes({ content: "hello" }),
    attributes: new Map(),
    droppedAttributesCount: 0,
    flags: 0,
    eventName: "gen_ai.user.message",
    resource: agentResource,
    scope: agentScope,
    ...fields,
  };
}

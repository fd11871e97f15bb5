/** Spans of small conversations in the GenAI conventions, for tests of the rules by which sessions are built. */
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { readSpan } from "../../src/dialects/dialects.ts";
import type { Operation } from "../../src/dialects/operation.ts";
import { createReadMemory } from "../../src/dialects/read-memory.ts";
import type { ReadContext } from "../../src/dialects/dialect.ts";
import { spanWith } from "./records.ts";

/** A text is a user's; a call or a result is a list of parts. */
export type Said =
  | { readonly system: string }
  | { readonly user: string }
  | { readonly assistant: string; readonly calls?: readonly Called[] }
  | { readonly calls: readonly Called[] }
  | { readonly results: readonly Result[] };

export interface Called {
  readonly id?: string;
  readonly name: string;
  readonly arguments?: unknown;
}

export interface Result {
  readonly id?: string;
  readonly response: unknown;
}

export interface SpanPlace {
  /** Any short hex number; the same for spans of one trace. */
  readonly trace?: number;
  readonly id: number;
  readonly parent?: number;
  /** Start and end in milliseconds after an arbitrary moment. */
  readonly at: number;
  readonly until?: number;
  readonly name?: string;
  readonly error?: string;
  readonly dropped?: number;
  readonly more?: Readonly<Record<string, AttributeValue>>;
}

export function chat(place: SpanPlace, input: readonly Said[] | undefined, output?: Said): Span {
  return spanAt(place, {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o-mini",
    ...(input === undefined ? {} : { "gen_ai.input.messages": JSON.stringify(input.map(toMessage)) }),
    ...(output === undefined ? {} : { "gen_ai.output.messages": JSON.stringify([toMessage(output)]) }),
  });
}

export function tool(
  place: SpanPlace,
  call: { readonly name: string; readonly id?: string; readonly arguments?: unknown; readonly result?: unknown },
): Span {
  return spanAt(place, {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": call.name,
    ...(call.id === undefined ? {} : { "gen_ai.tool.call.id": call.id }),
    ...(call.arguments === undefined ? {} : { "gen_ai.tool.call.arguments": JSON.stringify(call.arguments) }),
    ...(call.result === undefined ? {} : { "gen_ai.tool.call.result": JSON.stringify(call.result) }),
  });
}

/** An OpenInference agent: the kind of wrapper that says what it was asked and what it replied. */
export function agent(place: SpanPlace, asked?: string, replied?: string): Span {
  return spanAt(place, {
    "openinference.span.kind": "AGENT",
    ...(asked === undefined ? {} : { "input.value": asked }),
    ...(replied === undefined ? {} : { "output.value": replied }),
  });
}

export function other(place: SpanPlace): Span {
  return spanAt(place, { "http.request.method": "POST" });
}

export function spanAt(place: SpanPlace, attributes: Readonly<Record<string, AttributeValue>>): Span {
  const milliseconds = (time: number) => 1_800_000_000_000_000_000n + BigInt(time) * 1_000_000n;
  return spanWith({
    traceId: (place.trace ?? 1).toString(16).padStart(32, "0"),
    spanId: place.id.toString(16).padStart(16, "0"),
    ...(place.parent === undefined ? {} : { parentSpanId: place.parent.toString(16).padStart(16, "0") }),
    name: place.name ?? "span",
    startTimeUnixNano: milliseconds(place.at),
    endTimeUnixNano: milliseconds(place.until ?? place.at + 1),
    status: place.error === undefined ? { code: 0, message: "" } : { code: 2, message: place.error },
    droppedAttributesCount: place.dropped ?? 0,
    attributes: new Map(Object.entries({ ...attributes, ...place.more })),
  });
}

/** Reads one span as the session builder does. */
export function readOne(span: Span, context: Partial<ReadContext> = {}): Operation {
  return readSpan(span, { logRecords: [], memory: createReadMemory(), ...context });
}

function toMessage(said: Said): unknown {
  if ("system" in said) return { role: "system", parts: [{ type: "text", content: said.system }] };
  if ("user" in said) return { role: "user", parts: [{ type: "text", content: said.user }] };
  if ("results" in said) {
    return { role: "tool", parts: said.results.map((result) => ({ type: "tool_call_response", ...result })) };
  }
  const text = "assistant" in said ? [{ type: "text", content: said.assistant }] : [];
  return { role: "assistant", parts: [...text, ...(said.calls ?? []).map((call) => ({ type: "tool_call", ...call }))] };
}

/** Export requests by hand, their answers, and what the server then holds. */
import { expect } from "vitest";
import { conversationSessionId, traceSessionId } from "../../src/stores/sqlite/session-id.ts";
import { field, fixed64Field, keyValue, message, requestOf } from "../otlp/wire.ts";
import { oracleDecode } from "../otlp/oracle.ts";
import { JSON_TYPE, PROTOBUF, send } from "../receivers/otlp/receiver.ts";
import { type AttackedServer, statusOf } from "./attack.ts";
import { z } from "zod";

export interface Exported {
  readonly status: number;
  /** As `partial_success` says. */
  readonly rejected: number;
}

const partialSuccess = z.object({
  partialSuccess: z.object({ rejectedSpans: z.coerce.number().optional() }).optional(),
});

/** Sends a trace request as protobuf. */
export async function sendProtobuf(server: AttackedServer, body: Uint8Array): Promise<Exported> {
  const { status, body: answer } = await send(server, { headers: PROTOBUF, body });
  const object = status === 200 ? oracleDecode("ExportTraceServiceResponse", answer) : {};
  return { status, rejected: partialSuccess.parse(object).partialSuccess?.rejectedSpans ?? 0 };
}

/** Sends a trace request as JSON: a value, or a text that no value has. */
export async function sendJson(server: AttackedServer, body: unknown): Promise<Exported> {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const { status, body: answer } = await send(server, { headers: JSON_TYPE, body: text });
  const object: unknown = status === 200 ? JSON.parse(answer.toString()) : {};
  return { status, rejected: partialSuccess.parse(object).partialSuccess?.rejectedSpans ?? 0 };
}

let lastId = 0;

/** A hexadecimal number that was not given before, of so many bytes. */
export function freshId(bytes: number): string {
  lastId += 1;
  return `${process.pid.toString(16)}${lastId.toString(16).padStart(8, "0")}`
    .padStart(bytes * 2, "a")
    .slice(-bytes * 2);
}

export const hex = (id: string): Buffer => Buffer.from(id, "hex");

/** A span of a trace, at a moment; fields that are given again count. */
export function wireSpan(traceId: string, spanId: string, ...fields: readonly Uint8Array[]): Buffer {
  const start = 1_790_000_000_000_000_000n;
  const times = [fixed64Field(7, start), fixed64Field(8, start + 1_000_000n)];
  return message(field(1, hex(traceId)), field(2, hex(spanId)), field(5, "chat m"), ...times, ...fields);
}

/** As requestOf, of any number of spans. */
export const requestOfSpans = (spans: readonly Uint8Array[]): Buffer =>
  field(1, field(2, Buffer.concat(spans.map((span) => field(2, span)))));

export const attribute = (key: Uint8Array | string, value: Uint8Array): Buffer => field(9, keyValue(key, value));
export const textAttribute = (key: Uint8Array | string, text: Uint8Array | string): Buffer =>
  attribute(key, field(1, text));

/** What makes a span a model call, with which its trace is a session that is listed and judged. */
export function modelCallFields(text = "hello"): readonly Buffer[] {
  const messages = (role: string): string => JSON.stringify([{ role, parts: [{ type: "text", content: text }] }]);
  return [
    textAttribute("gen_ai.operation.name", "chat"),
    textAttribute("gen_ai.request.model", "m"),
    textAttribute("gen_ai.input.messages", messages("user")),
    textAttribute("gen_ai.output.messages", messages("assistant")),
  ];
}

/** One model call in a trace of its own, with further fields; resolves with the id of the trace. */
export async function sendModelCall(server: AttackedServer, ...fields: readonly Uint8Array[]): Promise<string> {
  const traceId = freshId(16);
  const answer = await sendProtobuf(server, requestOf(wireSpan(traceId, freshId(8), ...modelCallFields(), ...fields)));
  expect(answer).toEqual({ status: 200, rejected: 0 });
  return traceId;
}

/** Resolves when the session of the trace was built and judged. */
export async function expectJudged(server: AttackedServer, traceId: string): Promise<void> {
  await expectSessionJudged(server, traceSessionId("default", traceId));
}

export async function expectConversationJudged(server: AttackedServer, conversationId: string): Promise<void> {
  await expectSessionJudged(server, conversationSessionId("default", conversationId));
}

async function expectSessionJudged(server: AttackedServer, id: string): Promise<void> {
  await expect.poll(() => statusOf(server, id), { timeout: 40_000, interval: 50 }).toBe("completed");
}

const keyValues = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })).default([]);
const storedSchema = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({ spans: z.array(z.looseObject({ name: z.string().default(""), attributes: keyValues })) }),
      ),
    }),
  ),
});

export type StoredSpan = z.infer<typeof storedSchema>["resourceSpans"][number]["scopeSpans"][number]["spans"][number];

/** The spans of a trace as the API hands them out. */
export async function spansOfTrace(server: AttackedServer, traceId: string): Promise<readonly StoredSpan[]> {
  const id = traceSessionId("default", traceId);
  const answer = await fetch(`${server.apiUrl}/api/v1/sessions/${id}/spans`);
  const { resourceSpans } = storedSchema.parse(await answer.json());
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** The attributes of the only span of a trace. */
export async function attributesOf(server: AttackedServer, traceId: string): Promise<ReadonlyMap<string, unknown>> {
  const [span] = await spansOfTrace(server, traceId);
  return new Map(span?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

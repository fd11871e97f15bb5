import { randomBytes } from "node:crypto";
import { SpanKind } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { genAi } from "../gen-ai.ts";
import { toJson } from "../json.ts";
import type { OtlpTarget } from "../otlp/target.ts";
import { createProvider } from "../provider.ts";

/** A span of a model call that nobody made, encoded as it would be sent. */
export interface TestSpan {
  readonly conversationId: string;
  readonly spanId: string;
  readonly payload: Uint8Array;
}

/** Undefined when the sampler leaves it out. */
export function createTestSpan({ encoding }: OtlpTarget): TestSpan | undefined {
  const ended: ReadableSpan[] = [];
  const tracer = createProvider(
    {
      onStart: () => undefined,
      onEnd: (span) => ended.push(span),
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    },
    undefined,
  ).getTracer("turnwise-doctor");
  const conversationId = `doctor-${randomBytes(8).toString("hex")}`;
  const span = tracer.startSpan("chat doctor", { kind: SpanKind.CLIENT, attributes: attributesOf(conversationId) });
  span.end();
  const serializer = encoding === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const payload = ended.length === 0 ? undefined : serializer.serializeRequest(ended);
  return payload && { conversationId, spanId: span.spanContext().spanId, payload };
}

const attributesOf = (conversationId: string): Record<string, string> => ({
  [genAi.operationName]: "chat",
  [genAi.providerName]: "turnwise",
  [genAi.requestModel]: "doctor",
  [genAi.conversationId]: conversationId,
  [genAi.inputMessages]: messages("user", "Doctor: does this span arrive?"),
  [genAi.outputMessages]: messages("assistant", "It does."),
});

const messages = (role: string, content: string): string =>
  toJson([{ role, parts: [{ type: "text", content }] }]) ?? "[]";

import { type HrTime, TraceFlags } from "@opentelemetry/api";
import { JsonLogsSerializer, ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import { genAi } from "../gen-ai.ts";
import { version } from "../version.ts";
import type { OtlpTarget } from "./target.ts";

/** Where log records go: to the server of the spans. Undefined if its path is not OTLP's own. */
export function logsTarget(target: OtlpTarget): OtlpTarget | undefined {
  const url = target.url.replace(/\/v1\/traces$/, "/v1/logs");
  return url === target.url ? undefined : { ...target, url };
}

const resource = resourceFromAttributes({});
const ids = new RandomIdGenerator();
const instrumentationScope = { name: "@turnwise/instrumentation", version };

/** A session that has ended, and the trace of its last turn: servers drop log records without one. */
export interface EndedSession {
  readonly conversationId: string;
  readonly traceId: string;
}

/**
 * The event `session.end` of the semantic conventions for sessions, encoded as the target wants it: no more will come of
 * the conversation, so the server need not wait for it.
 */
export function encodeSessionEnd(
  { encoding }: OtlpTarget,
  { conversationId, traceId }: EndedSession,
  time: HrTime,
): Uint8Array | undefined {
  const serializer = encoding === "json" ? JsonLogsSerializer : ProtobufLogsSerializer;
  const record = {
    eventName: "session.end",
    spanContext: { traceId, spanId: ids.generateSpanId(), traceFlags: TraceFlags.SAMPLED },
    hrTime: time,
    hrTimeObserved: time,
    attributes: { [genAi.conversationId]: conversationId },
    droppedAttributesCount: 0,
  };
  return serializer.serializeRequest([{ ...record, resource, instrumentationScope }]);
}

import type { Attributes } from "@opentelemetry/api";
import { resourceFromAttributes, defaultResource, detectResources, envDetector } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  type IdGenerator,
  RandomIdGenerator,
  type SpanLimits,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { genAi } from "./gen-ai.ts";
import { currentScope, type Scope } from "./scope.ts";
import type { Environment } from "./environment.ts";

/**
 * A tracer provider of our own. It is never registered as the global one: an application's SDK (Sentry, NodeSDK, ...),
 * started before or after us, stays what it is. OTEL_TRACES_SAMPLER, OTEL_SPAN_*_LIMIT, OTEL_SERVICE_NAME and
 * OTEL_RESOURCE_ATTRIBUTES are honoured.
 */
export function createProvider(batches: SpanProcessor, serviceName: string | undefined): BasicTracerProvider {
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { "service.name": serviceName }));
  return new BasicTracerProvider({
    resource,
    idGenerator,
    spanLimits: spanLimits(process.env),
    spanProcessors: [identifySpans, batches],
  });
}

/**
 * No limit on the number of attributes unless one is set: the SDK's own, 128, would drop the answer first. The length of
 * texts is limited where they are sent, because the SDK would cut JSON in the middle.
 */
export function spanLimits(env: Environment): SpanLimits {
  const count = Number.parseInt(env["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"] ?? env["OTEL_ATTRIBUTE_COUNT_LIMIT"] ?? "", 10);
  return { attributeCountLimit: count >= 0 ? count : Infinity, attributeValueLengthLimit: Infinity };
}

const randomIds = new RandomIdGenerator();

/** Spans of a turn that have no parent share the turn's trace. */
const idGenerator: IdGenerator = {
  generateTraceId: () => currentScope().turnTrace?.traceId() ?? randomIds.generateTraceId(),
  generateSpanId: () => randomIds.generateSpanId(),
};

/** Whose conversation, user and agent a scope is. */
export function identityOf({ conversationId, userId, agentName }: Scope): Attributes {
  return {
    ...(conversationId !== undefined && { [genAi.conversationId]: conversationId }),
    ...(userId !== undefined && { [genAi.userId]: userId }),
    ...(agentName !== undefined && { [genAi.agentName]: agentName }),
  };
}

/** Writes on every span whose conversation, user and agent it belongs to. */
const identifySpans: SpanProcessor = {
  onStart(span) {
    span.setAttributes(identityOf(currentScope()));
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

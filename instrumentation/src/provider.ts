import { resourceFromAttributes, defaultResource, detectResources, envDetector } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  type IdGenerator,
  RandomIdGenerator,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { genAi } from "./gen-ai.ts";
import { currentScope } from "./scope.ts";

/**
 * A tracer provider of our own. It is never registered as the global one: an application's SDK (Sentry, NodeSDK, ...),
 * started before or after us, stays what it is. OTEL_TRACES_SAMPLER, OTEL_SPAN_*_LIMIT, OTEL_SERVICE_NAME and
 * OTEL_RESOURCE_ATTRIBUTES are honoured.
 */
export function createProvider(batches: SpanProcessor, serviceName: string | undefined): BasicTracerProvider {
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { "service.name": serviceName }));
  return new BasicTracerProvider({ resource, idGenerator, spanProcessors: [identifySpans, batches] });
}

const randomIds = new RandomIdGenerator();

/** Spans of a turn that have no parent share the turn's trace. */
const idGenerator: IdGenerator = {
  generateTraceId: () => currentScope().turnTrace?.traceId() ?? randomIds.generateTraceId(),
  generateSpanId: () => randomIds.generateSpanId(),
};

/** Writes on every span whose conversation, user and agent it belongs to. */
const identifySpans: SpanProcessor = {
  onStart(span) {
    const { conversationId, userId, agentName } = currentScope();
    if (conversationId !== undefined) span.setAttribute(genAi.conversationId, conversationId);
    if (userId !== undefined) span.setAttribute(genAi.userId, userId);
    if (agentName !== undefined) span.setAttribute(genAi.agentName, agentName);
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

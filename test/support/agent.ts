/** An agent's telemetry, sent by the OpenTelemetry SDK as a real agent's would be: one span for each model call. */
import { SpanKind } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { core, resources, tracing } from "@opentelemetry/sdk-node";

export interface ModelCallOptions {
  readonly conversationId?: string;
  /** What the model was given: user and assistant texts in turns, beginning with the user's. */
  readonly said: readonly string[];
  readonly reply: string;
}

export interface Agent {
  /** Writes a span of a model call in a trace of its own, and returns the trace's id. */
  callModel(call: ModelCallOptions): string;
  /** Sends what was written. Rejects when the server did not take it. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Sends over gRPC to a URL that begins with `grpc:`, else over HTTP. */
export function createAgent(otlpUrl: string): Agent {
  const timeoutMillis = 5000;
  const exporter = otlpUrl.startsWith("grpc:")
    ? new GrpcTraceExporter({ url: otlpUrl.replace("grpc:", "http:"), timeoutMillis })
    : new OTLPTraceExporter({ url: `${otlpUrl}/v1/traces`, timeoutMillis });
  const failures: Error[] = [];
  const observed: tracing.SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) failures.push(result.error);
        done({ code: result.error === undefined ? core.ExportResultCode.SUCCESS : core.ExportResultCode.FAILED });
      }),
    shutdown: () => exporter.shutdown(),
  };
  const provider = new tracing.BasicTracerProvider({
    resource: resources.resourceFromAttributes({ "service.name": "test-agent" }),
    spanProcessors: [new tracing.BatchSpanProcessor(observed)],
  });
  const tracer = provider.getTracer("test-agent");
  let clock = 0; // no model answers within the millisecond that is the SDK's resolution
  return {
    callModel({ conversationId, said, reply }) {
      clock = Math.max(Date.now(), clock + 10);
      const span = tracer.startSpan("chat test-model", { kind: SpanKind.CLIENT, root: true, startTime: clock });
      const input = said.map((text, at) => message(at % 2 === 0 ? "user" : "assistant", text));
      span.setAttributes({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "test-model",
        "gen_ai.input.messages": JSON.stringify(input),
        "gen_ai.output.messages": JSON.stringify([{ ...message("assistant", reply), finish_reason: "stop" }]),
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        ...(conversationId === undefined ? {} : { "gen_ai.conversation.id": conversationId }),
      });
      span.end(clock + 5);
      return span.spanContext().traceId;
    },
    async flush() {
      await provider.forceFlush();
      const [failure] = failures.splice(0);
      if (failure !== undefined) throw failure;
    },
    shutdown: () => provider.shutdown(),
  };
}

const message = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });

import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createProvider } from "../../instrumentation/src/provider.ts";
import { currentTracing, setTracing } from "../../instrumentation/src/tracing.ts";

export interface Recording {
  /** Those that have ended, in the order of their ends. */
  spans(): readonly ReadableSpan[];
  /** How many have not ended. */
  open(): number;
  stop(): void;
}

const nothing = async (): Promise<void> => undefined;

/** Records in this process what the patched libraries do, without sending it anywhere. */
export function recordSpans(captureContent = true): Recording {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(exporter);
  setTracing({
    tracer: createProvider(processor, "recorded").getTracer("test"),
    captureContent,
    openSpans: new Set(),
    delivery: { url: "", processor, flush: nothing, endSession: nothing, shutdown: nothing },
    shutdown: nothing,
  });
  return {
    spans: () => exporter.getFinishedSpans(),
    open: () => currentTracing()?.openSpans.size ?? 0,
    stop: () => setTracing(undefined),
  };
}

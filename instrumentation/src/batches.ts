import { TraceFlags } from "@opentelemetry/api";
import {
  BatchSpanProcessor,
  type BufferConfig,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { announceOnce } from "./announce.ts";
import { textIn } from "./text-in.ts";

/** What may wait for the server, in characters of text. A span of an agent can hold a whole context window. */
const maxWaitingText = 32 * 1024 * 1024;

/** Half the specification's default: 2048 calls with a few sentences each take 7 MB of an application's heap, these 3.5. */
const maxWaitingSpans = 1024;

/** How long a finished span waits for company before it is sent: short, so that a session is seen while it happens. */
const sendAfterMs = 1000;

/** Few: a request with hundreds of full context windows would be larger than a server takes. */
const spansPerRequest = 64;

/**
 * The SDK's batch processor, with a bound on what waits while the server is slow or down: by number of spans, as its own
 * queue has, and by their size. OTEL_BSP_* is honoured.
 */
export function createBatches(exporter: SpanExporter): SpanProcessor {
  const maxSpans = Number(process.env["OTEL_BSP_MAX_QUEUE_SIZE"]) || maxWaitingSpans;
  let spanCount = 0;
  let text = 0;
  const count = (span: ReadableSpan, sign: 1 | -1): void => {
    spanCount += sign;
    text += sign * textIn(span);
  };
  const counted: SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        for (const span of spans) count(span, -1);
        done(result);
      }),
    shutdown: async () => exporter.shutdown(),
  };
  const batches = new BatchSpanProcessor(counted, { maxQueueSize: maxSpans, ...defaults() });
  return {
    onStart: () => undefined,
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      if (spanCount >= maxSpans || text + textIn(span) > maxWaitingText) {
        announceOnce(
          "full",
          "too many spans wait for the server; new ones are dropped until it takes them. Said once.",
        );
        return;
      }
      count(span, 1);
      batches.onEnd(span);
    },
    forceFlush: async () => batches.forceFlush(),
    shutdown: async () => batches.shutdown(),
  };
}

/** Ours where the environment does not decide; what is given to the SDK's processor goes before the environment. */
function defaults(): BufferConfig {
  return {
    ...(process.env["OTEL_BSP_SCHEDULE_DELAY"] === undefined && { scheduledDelayMillis: sendAfterMs }),
    ...(process.env["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] === undefined && { maxExportBatchSize: spansPerRequest }),
  };
}

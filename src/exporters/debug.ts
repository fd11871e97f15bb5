/** Shows in the log what passes. Content (attributes, bodies) is shown only at `detailed`. */
import { z } from "zod";
import { withoutEffect } from "../component/config-schemas.ts";
import type { ExporterFactory } from "../component/exporter.ts";
import type { SignalBatch } from "../model/signal-batch.ts";
import type { AttributeMap, AttributeValue, LogRecord, Span } from "../model/span.ts";

const configSchema = z.strictObject({
  /** `basic`: one line a batch. `normal`: and one a record. `detailed`: with its content. */
  verbosity: z.enum(["basic", "normal", "detailed"]).default("basic"),
  /** So many batches are shown in each second, and of those after them one in so many. */
  sampling_initial: z.int().min(0).default(2),
  sampling_thereafter: z.int().min(1).default(1),
  use_internal_logger: withoutEffect("the server's log is used"),
  output_paths: withoutEffect("the log goes to stderr"),
});

type DebugConfig = z.infer<typeof configSchema>;

/** Says of each batch whether it is shown. Source: collector `debugexporter`, zap's sampler. */
function createSampler({ sampling_initial: initial, sampling_thereafter: thereafter }: DebugConfig): () => boolean {
  let second = 0;
  let seen = 0;
  return () => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) seen = 0;
    second = now;
    seen += 1;
    return seen <= initial || (seen - initial) % thereafter === 0;
  };
}

/** One object a record, for the log. */
function recordsOf(batch: SignalBatch, detailed: boolean): readonly object[] {
  if (batch.signal === "traces")
    return batch.spans().map((span) => ({ ...spanFields(span), ...(detailed ? spanContent(span) : {}) }));
  if (batch.signal === "logs")
    return batch.logRecords().map((record) => ({ ...logFields(record), ...(detailed ? logContent(record) : {}) }));
  return [];
}

const spanFields = ({ traceId, spanId, parentSpanId, name, kind, status }: Span) => ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind,
  statusCode: status.code,
});

const spanContent = ({ attributes, events, status }: Span) => ({
  statusMessage: status.message,
  attributes: printableMap(attributes),
  events: events.map((event) => ({ name: event.name, attributes: printableMap(event.attributes) })),
});

const logFields = ({ traceId, spanId, eventName, severityText }: LogRecord) => ({
  traceId,
  spanId,
  eventName,
  severityText,
});

const logContent = ({ body, attributes }: LogRecord) => ({
  body: printable(body),
  attributes: printableMap(attributes),
});

/** As JSON can write it. */
function printable(value: AttributeValue): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isList(value)) return value.map(printable);
  return typeof value === "object" && value !== null ? printableMap(value) : value;
}

/** Keys stay whole; `Object.fromEntries` makes own properties of all, `__proto__` too. */
function printableMap(attributes: AttributeMap): object {
  return Object.fromEntries([...attributes].map(([key, value]) => [key, printable(value)]));
}

const isList = (value: AttributeValue): value is readonly AttributeValue[] => Array.isArray(value);

export const debugExporter: ExporterFactory<DebugConfig> = {
  type: "debug",
  description: "Shows in the log what passes through a pipeline.",
  stability: "alpha",
  configSchema,
  create(config, { id, logger }) {
    const { verbosity } = config;
    const isShown = createSampler(config);
    return {
      async export(batch) {
        if (!isShown()) return;
        logger.info({ exporter: id, signal: batch.signal, count: batch.count }, "batch");
        if (verbosity === "basic") return;
        for (const record of recordsOf(batch, verbosity === "detailed"))
          logger.info({ exporter: id, signal: batch.signal, record }, "record");
      },
    };
  },
};

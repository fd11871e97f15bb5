/**
 * Bounds what one span or log record may bring. What is over is cut and counted, on the span as OTLP provides and in the
 * server's numbers; nothing is refused. Ours; the collector has no such processor.
 */
import { z } from "zod";
import { duration } from "../component/config-schemas.ts";
import type { Telemetry } from "../component/component.ts";
import type { Processor, ProcessorFactory } from "../component/processor.ts";
import { changeRecords } from "./change-records.ts";
import { clampTo } from "./limits/clamp-times.ts";
import { createRecordLimits } from "./limits/limit-records.ts";
import { createTraceLimit } from "./limits/trace-limit.ts";

const positive = z.int().min(1);

const configSchema = z.strictObject({
  max_attributes_per_span: positive.default(1024),
  /** Of the key and all of the value, in bytes; as UTF-8. Names, bodies and messages are bounded alike. */
  max_attribute_bytes: positive.default(1_048_576),
  max_events_per_span: positive.default(1024),
  max_links_per_span: positive.default(1024),
  /** Lists and maps that lie deeper in an attribute's value become null. */
  max_depth: positive.default(32),
  /** Absent: no such limit. */
  max_spans_per_trace: positive.optional(),
  /** Absent: times are taken as they come. */
  clock_skew: z
    .strictObject({
      future: duration.prefault("1h"),
      past: duration.prefault("720h"),
      /** `keep` only counts. */
      action: z.enum(["clamp", "keep"]).default("clamp"),
    })
    .optional(),
});

export type LimitsConfig = z.infer<typeof configSchema>;

export interface LimitsOptions {
  readonly id: string;
  readonly telemetry: Telemetry;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createLimits(config: LimitsConfig, { id, telemetry, now }: LimitsOptions): Processor {
  const discard = (what: string, reason: string, by: number): void => {
    if (by > 0) telemetry.count(`turnwise_discarded_${what}`, { processor: id, reason }, by);
  };
  const limits = createRecordLimits(
    {
      attributes: config.max_attributes_per_span,
      bytes: config.max_attribute_bytes,
      events: config.max_events_per_span,
      links: config.max_links_per_span,
      depth: config.max_depth,
    },
    discard,
  );
  const mayAdd = createTraceLimit(config.max_spans_per_trace ?? Infinity);
  return {
    process(batch, { project }) {
      const clamp = clampTo(config.clock_skew, now(), (by) =>
        telemetry.count("turnwise_skewed_times", { processor: id }, by),
      );
      return changeRecords(batch, {
        span(span) {
          if (mayAdd(project, span)) return clamp.span(limits.span(span));
          discard("spans", "trace_too_large", 1);
          return undefined;
        },
        logRecord: (record) => clamp.logRecord(limits.logRecord(record)),
      });
    },
  };
}

export const limits: ProcessorFactory<LimitsConfig> = {
  type: "limits",
  description: "Cuts spans and log records that are too large, too deep or from another time, and counts what it cuts.",
  configSchema,
  create: (config, { id, telemetry }) => createLimits(config, { id, telemetry, now: Date.now }),
};

/** Drops spans, span events and log records on purpose. Source: contrib `filterprocessor`. */
import { z } from "zod";
import type { ProcessorFactory } from "../component/processor.ts";
import type { SignalBatch } from "../model/signal-batch.ts";
import type { Span } from "../model/span.ts";
import { changeRecords, mapShared, withMembers } from "./change-records.ts";
import { type Condition, parseCondition } from "./ottl/parse-condition.ts";
import { eventPaths, logPaths, type Paths, spanPaths } from "./ottl/paths.ts";
import { ConditionError } from "./ottl/tokens.ts";

/** Conditions of which one is enough; text, so that the configuration can be sent to another thread. */
function conditions<Target>(paths: Paths<Target>) {
  return z
    .array(
      z.string().superRefine((text, context) => {
        const message = problemOf(text, paths);
        if (message !== undefined) context.addIssue({ code: "custom", message });
      }),
    )
    .default([]);
}

function problemOf<Target>(text: string, paths: Paths<Target>): string | undefined {
  try {
    parseCondition(text, paths);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    throw error;
  }
}

const configSchema = z
  .strictObject({
    /** What the collector does when a condition fails while it is evaluated. The conditions that are taken here cannot fail. */
    error_mode: z.enum(["ignore", "silent", "propagate"]).default("propagate"),
    traces: z.strictObject({ span: conditions(spanPaths), spanevent: conditions(eventPaths) }).prefault({}),
    logs: z.strictObject({ log_record: conditions(logPaths) }).prefault({}),
  })
  .superRefine(({ traces, logs }, context) => {
    if (traces.span.length + traces.spanevent.length + logs.log_record.length === 0)
      context.addIssue({
        code: "custom",
        message: "needs a condition in traces::span, traces::spanevent or logs::log_record",
      });
  });

export type FilterConfig = z.infer<typeof configSchema>;

export const filter: ProcessorFactory<FilterConfig> = {
  type: "filter",
  description: "Drops spans, span events and log records for which one of the conditions holds.",
  stability: "alpha",
  configSchema,
  create({ traces, logs }, { id, telemetry }) {
    const dropsSpan = anyOf(traces.span, spanPaths);
    const dropsEvent = anyOf(traces.spanevent, eventPaths);
    const dropsLogRecord = anyOf(logs.log_record, logPaths);
    const withoutEvents = (span: Span): Span =>
      withMembers(span, {
        events: mapShared(span.events, (event) => (dropsEvent?.({ event, span }) === true ? undefined : event)),
      });
    const span = (span: Span) => (dropsSpan?.(span) === true ? undefined : withoutEvents(span));
    return {
      async process(batch) {
        const kept = await changeRecords(batch, {
          ...(dropsSpan || dropsEvent ? { span } : {}),
          ...(dropsLogRecord && { logRecord: (record) => (dropsLogRecord(record) ? undefined : record) }),
        });
        const dropped = batch.count - kept.count;
        if (dropped > 0) telemetry.count(counterOf(batch), { filter: id }, dropped);
        return kept;
      },
    };
  },
};

/** Undefined without conditions: then nothing needs to be decoded. */
function anyOf<Target>(texts: readonly string[], paths: Paths<Target>): Condition<Target> | undefined {
  const conditions = texts.map((text) => parseCondition(text, paths));
  return conditions.length === 0 ? undefined : (target) => conditions.some((condition) => condition(target));
}

/** The collector's names. */
function counterOf({ signal }: SignalBatch): string {
  return signal === "logs" ? "otelcol_processor_filter_logs_filtered" : "otelcol_processor_filter_spans_filtered";
}

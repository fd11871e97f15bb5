/** Drops spans, span events and log records on purpose. Source: contrib `filterprocessor`. */
import { z } from "zod";
import { withoutEffect } from "../component/config-schemas.ts";
import type { ProcessorFactory } from "../component/processor.ts";
import type { SignalBatch } from "../model/signal-batch.ts";
import type { Span } from "../model/span.ts";
import { changeRecords, mapShared, withMembers } from "./change-records.ts";
import {
  conditions,
  errorMode as error_mode,
  statedConditions,
  type StatedConditions,
} from "./ottl/condition-schemas.ts";
import { type Condition, parseCondition } from "./ottl/parse-condition.ts";
import { eventPaths, logPaths, type Paths, resourcePaths, spanPaths } from "./ottl/paths.ts";

const ofMetrics = withoutEffect("metrics are counted and not kept");
const ofProfiles = withoutEffect("there are no profiles here");

const configSchema = z
  .strictObject({
    /** What the collector does when a condition fails while it is evaluated. The conditions that are taken here cannot fail. */
    error_mode,
    traces: z
      .strictObject({
        resource: conditions(resourcePaths),
        span: conditions(spanPaths),
        spanevent: conditions(eventPaths),
      })
      .prefault({}),
    logs: z.strictObject({ resource: conditions(resourcePaths), log_record: conditions(logPaths) }).prefault({}),
    /** The collector's newer form: each says itself what it is about. */
    trace_conditions: statedConditions({ span: spanPaths, spanevent: eventPaths, resource: resourcePaths }),
    log_conditions: statedConditions({ log: logPaths, resource: resourcePaths }),
    metrics: ofMetrics,
    metric_conditions: ofMetrics,
    profiles: ofProfiles,
    profile_conditions: ofProfiles,
  })
  .superRefine(({ traces, logs, trace_conditions, log_conditions, ...others }, context) => {
    const lists = [...Object.values(traces), ...Object.values(logs), trace_conditions, log_conditions];
    const isOfOthers = [others.metrics, others.metric_conditions, others.profiles, others.profile_conditions].some(
      Boolean,
    );
    if (!isOfOthers && lists.every((list) => list.length === 0))
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
  create({ traces, logs, trace_conditions, log_conditions }, { id, telemetry }) {
    const dropsSpan = anyOf([
      ...parsed([...traces.span, ...about("span", trace_conditions)], spanPaths),
      ...parsed([...traces.resource, ...about("resource", trace_conditions)], resourcePaths),
    ]);
    const dropsEvent = anyOf(parsed([...traces.spanevent, ...about("spanevent", trace_conditions)], eventPaths));
    const dropsLogRecord = anyOf([
      ...parsed([...logs.log_record, ...about("log", log_conditions)], logPaths),
      ...parsed([...logs.resource, ...about("resource", log_conditions)], resourcePaths),
    ]);
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

function about(context: string, stated: readonly StatedConditions[]): readonly string[] {
  return stated.flatMap((one) => (one.context === context ? one.conditions : []));
}

function parsed<Target>(texts: readonly string[], paths: Paths<Target>): readonly Condition<Target>[] {
  return texts.map((text) => parseCondition(text, paths));
}

/** Undefined without conditions: then nothing needs to be decoded. */
function anyOf<Target>(conditions: readonly Condition<Target>[]): Condition<Target> | undefined {
  return conditions.length === 0 ? undefined : (target) => conditions.some((condition) => condition(target));
}

/** The collector's names. */
function counterOf({ signal }: SignalBatch): string {
  return signal === "logs" ? "otelcol_processor_filter_logs_filtered" : "otelcol_processor_filter_spans_filtered";
}

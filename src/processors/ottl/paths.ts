/** What conditions can ask of each kind of record. Source: contrib `pkg/ottl/contexts`. */
import type { AttributeValue, LogRecord, Resource, Scope, Span, SpanEvent } from "../../model/span.ts";

/** By path; what is not there is undefined. Maps and lists are indexed in the condition. */
export type Paths<Target> = ReadonlyMap<string, (target: Target) => AttributeValue | undefined>;

export interface EventOfSpan {
  readonly event: SpanEvent;
  readonly span: Span;
}

type Shared = { readonly resource: Resource; readonly scope: Scope };

const sharedPaths: Paths<Shared> = new Map<string, (target: Shared) => AttributeValue>([
  ["resource.attributes", ({ resource }) => resource.attributes],
  ["scope.name", ({ scope }) => scope.name],
  ["scope.version", ({ scope }) => scope.version],
  ["scope.attributes", ({ scope }) => scope.attributes],
  ["instrumentation_scope.name", ({ scope }) => scope.name],
  ["instrumentation_scope.version", ({ scope }) => scope.version],
  ["instrumentation_scope.attributes", ({ scope }) => scope.attributes],
]);

/** What spans and log records of one resource have in common. */
export const resourcePaths: Paths<Pick<Shared, "resource">> = new Map([
  ["attributes", ({ resource }) => resource.attributes],
  ["resource.attributes", ({ resource }) => resource.attributes],
]);

const ownSpanPaths: Paths<Span> = new Map<string, (span: Span) => AttributeValue | undefined>([
  ["name", ({ name }) => name],
  ["kind", ({ kind }) => BigInt(kind)],
  ["status.code", ({ status }) => BigInt(status.code)],
  ["status.message", ({ status }) => status.message],
  ["attributes", ({ attributes }) => attributes],
  ["trace_id.string", ({ traceId }) => traceId],
  ["span_id.string", ({ spanId }) => spanId],
  ["parent_span_id.string", ({ parentSpanId }) => parentSpanId ?? ""],
  ["start_time_unix_nano", ({ startTimeUnixNano }) => startTimeUnixNano],
  ["end_time_unix_nano", ({ endTimeUnixNano }) => endTimeUnixNano],
]);

/** The collector has each path also with the name of its kind before it, and in new configurations only so. */
export const spanPaths: Paths<Span> = new Map([...ownSpanPaths, ...under("span", ownSpanPaths), ...sharedPaths]);

const ownEventPaths: Paths<EventOfSpan> = new Map<string, (target: EventOfSpan) => AttributeValue>([
  ["name", ({ event }) => event.name],
  ["attributes", ({ event }) => event.attributes],
  ["time_unix_nano", ({ event }) => event.timeUnixNano],
]);

const spanOfEventPaths = [...under("span", ownSpanPaths), ...sharedPaths].map(
  ([path, read]) => [path, ({ span }: EventOfSpan) => read(span)] as const,
);

export const eventPaths: Paths<EventOfSpan> = new Map([
  ...ownEventPaths,
  ...under("spanevent", ownEventPaths),
  ...spanOfEventPaths,
]);

const ownLogPaths: Paths<LogRecord> = new Map<string, (record: LogRecord) => AttributeValue | undefined>([
  ["body", ({ body }) => body],
  ["body.string", ({ body }) => (typeof body === "string" ? body : undefined)],
  ["severity_number", ({ severityNumber }) => BigInt(severityNumber)],
  ["severity_text", ({ severityText }) => severityText],
  ["event_name", ({ eventName }) => eventName],
  ["attributes", ({ attributes }) => attributes],
  ["trace_id.string", ({ traceId }) => traceId ?? ""],
  ["span_id.string", ({ spanId }) => spanId ?? ""],
  ["time_unix_nano", ({ timeUnixNano }) => timeUnixNano],
  ["observed_time_unix_nano", ({ observedTimeUnixNano }) => observedTimeUnixNano],
]);

export const logPaths: Paths<LogRecord> = new Map([...ownLogPaths, ...under("log", ownLogPaths), ...sharedPaths]);

function under<Target>(kind: string, paths: Paths<Target>): Paths<Target> {
  return new Map([...paths].map(([path, read]) => [`${kind}.${path}`, read]));
}

const severities = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** The names of OTLP's numbers. */
export const enums: ReadonlyMap<string, bigint> = new Map([
  ...["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map(
    (kind, number) => [`SPAN_KIND_${kind}`, BigInt(number)] as const,
  ),
  ...["UNSET", "OK", "ERROR"].map((code, number) => [`STATUS_CODE_${code}`, BigInt(number)] as const),
  ["SEVERITY_NUMBER_UNSPECIFIED", 0n],
  ...severities.flatMap((severity, group) =>
    ["", "2", "3", "4"].map(
      (level, step) => [`SEVERITY_NUMBER_${severity}${level}`, BigInt(group * 4 + step + 1)] as const,
    ),
  ),
]);

/**
 * The model as OTLP/JSON (specification, "JSON Protobuf Encoding"): hex ids, 64-bit integers as decimal strings, enums
 * as numbers, bytes in base64. Fields with their default value are left out. Lossless: `decodeJsonSpans` of it gives the
 * same spans.
 */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, AttributeValue, LogRecord, Resource, Scope, Span } from "../model/span.ts";
import { isArrayValue } from "./attribute-value.ts";
import { runsOf } from "./record-runs.ts";

interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** One object with `resourceSpans`, with `resourceLogs`, or with both, for what there is; without anything, the former. */
export function toJsonRequest(spans: readonly Span[], logRecords: readonly LogRecord[] = []): JsonObject {
  const resourceSpans = groups(spans, "scopeSpans", "spans", spanOf);
  if (logRecords.length === 0) return { resourceSpans };
  const resourceLogs = groups(logRecords, "scopeLogs", "logRecords", logRecordOf);
  return spans.length === 0 ? { resourceLogs } : { resourceSpans, resourceLogs };
}

function groups<Record extends { readonly resource: Resource; readonly scope: Scope }>(
  records: readonly Record[],
  scopesKey: string,
  recordsKey: string,
  toJson: (record: Record) => JsonObject,
): JsonObject[] {
  return runsOf(records, (record) => record.resource).map((ofResource) => {
    const scopes = runsOf(ofResource, (record) => record.scope).map((ofScope) => ({
      ...headOf("scope", ofScope[0]?.scope, scopeOf),
      [recordsKey]: ofScope.map(toJson),
    }));
    return { ...headOf("resource", ofResource[0]?.resource, resourceOf), [scopesKey]: scopes };
  });
}

function headOf<Head extends Resource | Scope>(
  key: string,
  head: Head | undefined,
  toJson: (head: Head) => JsonObject,
): JsonObject {
  return head === undefined ? {} : { [key]: toJson(head), ...text("schemaUrl", head.schemaUrl) };
}

function resourceOf(resource: Resource): JsonObject {
  return {
    ...attributes(resource.attributes),
    ...count("droppedAttributesCount", resource.droppedAttributesCount),
    ...list(
      "entityRefs",
      resource.entityRefs.map((ref) => ({
        ...text("schemaUrl", ref.schemaUrl),
        ...text("type", ref.type),
        ...list("idKeys", ref.idKeys),
        ...list("descriptionKeys", ref.descriptionKeys),
      })),
    ),
  };
}

function scopeOf(scope: Scope): JsonObject {
  return {
    ...text("name", scope.name),
    ...text("version", scope.version),
    ...attributes(scope.attributes),
    ...count("droppedAttributesCount", scope.droppedAttributesCount),
  };
}

function spanOf(span: Span): JsonObject {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...text("traceState", span.traceState),
    ...text("parentSpanId", span.parentSpanId ?? ""),
    ...count("flags", span.flags),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startTimeUnixNano.toString(),
    endTimeUnixNano: span.endTimeUnixNano.toString(),
    ...attributes(span.attributes),
    ...count("droppedAttributesCount", span.droppedAttributesCount),
    ...list(
      "events",
      span.events.map((event) => ({
        timeUnixNano: event.timeUnixNano.toString(),
        name: event.name,
        ...attributes(event.attributes),
        ...count("droppedAttributesCount", event.droppedAttributesCount),
      })),
    ),
    ...count("droppedEventsCount", span.droppedEventsCount),
    ...list(
      "links",
      span.links.map((link) => ({
        traceId: link.traceId,
        spanId: link.spanId,
        ...text("traceState", link.traceState),
        ...attributes(link.attributes),
        ...count("droppedAttributesCount", link.droppedAttributesCount),
        ...count("flags", link.flags),
      })),
    ),
    ...count("droppedLinksCount", span.droppedLinksCount),
    status: { ...text("message", span.status.message), ...count("code", span.status.code) },
  };
}

function logRecordOf(record: LogRecord): JsonObject {
  return {
    timeUnixNano: record.timeUnixNano.toString(),
    observedTimeUnixNano: record.observedTimeUnixNano.toString(),
    ...count("severityNumber", record.severityNumber),
    ...text("severityText", record.severityText),
    ...(record.body === null ? {} : { body: anyValue(record.body) }),
    ...attributes(record.attributes),
    ...count("droppedAttributesCount", record.droppedAttributesCount),
    ...count("flags", record.flags),
    ...text("traceId", record.traceId ?? ""),
    ...text("spanId", record.spanId ?? ""),
    ...text("eventName", record.eventName),
  };
}

function text(key: string, value: string): JsonObject {
  return value === "" ? {} : { [key]: value };
}

function count(key: string, value: number): JsonObject {
  return value === 0 ? {} : { [key]: value };
}

function list(key: string, values: readonly JsonValue[]): JsonObject {
  return values.length === 0 ? {} : { [key]: values };
}

function attributes(map: AttributeMap): JsonObject {
  return list("attributes", keyValues(map));
}

function keyValues(map: AttributeMap): JsonObject[] {
  return Array.from(map, ([key, value]) => ({ key, value: anyValue(value) }));
}

/** `null`, an AnyValue in which nothing is set, is `{}`. */
function anyValue(value: AttributeValue): JsonObject {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: value.toString() };
  if (typeof value === "number") return { doubleValue: double(value) };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (isArrayValue(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}

/** JSON has neither NaN nor the infinities nor a negative zero; proto3 JSON writes them as strings. */
function double(value: number): number | string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

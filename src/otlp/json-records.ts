/** Span, LogRecord, Resource and InstrumentationScope in OTLP/JSON. What is wrong with them is noted, see `complain`. */
import type { JsonValue } from "../model/session.ts";
import type { EntityRef, LogRecord, Resource, Scope, Span, SpanEvent, SpanLink, SpanStatus } from "../model/span.ts";
import { attributesOf, valueOf } from "./json-attributes.ts";
import {
  complain,
  enumOf,
  fieldOf,
  hasProblem,
  idOf,
  nanosecondsOf,
  objectOf,
  partsOf,
  textOf,
  uint32Of,
} from "./json-fields.ts";
import { isObject, type JsonObject } from "./parse-json.ts";

const SPAN_KINDS = namesOf("SPAN_KIND", ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]);
const STATUS_CODES = namesOf("STATUS_CODE", ["UNSET", "OK", "ERROR"]);
const SEVERITIES = namesOf("SEVERITY_NUMBER", [
  "UNSPECIFIED",
  ...["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
]);

/** An id of all zeros is none. */
const ZEROS = /^0*$/;

function namesOf(prefix: string, names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, number) => [`${prefix}_${name}`, number]));
}

/** Complains as well of ids that are empty or all zeros; then the rest is not read, and undefined is returned. */
export function readJsonSpan(message: JsonObject, resource: Resource, scope: Scope): Span | undefined {
  const traceId = idOf(message, "traceId", 16);
  const spanId = idOf(message, "spanId", 8);
  const parentSpanId = idOf(message, "parentSpanId", 8);
  if (ZEROS.test(traceId)) complain("traceId is empty or all zeros");
  if (ZEROS.test(spanId)) complain("spanId is empty or all zeros");
  if (hasProblem()) return undefined;
  return {
    traceId,
    spanId,
    ...(ZEROS.test(parentSpanId) ? {} : { parentSpanId }),
    traceState: textOf(message, "traceState"),
    flags: uint32Of(message, "flags"),
    name: textOf(message, "name"),
    kind: enumOf(message, "kind", SPAN_KINDS),
    startTimeUnixNano: nanosecondsOf(message, "startTimeUnixNano"),
    endTimeUnixNano: nanosecondsOf(message, "endTimeUnixNano"),
    status: statusOf(objectOf(message, "status")),
    attributes: attributesOf(message),
    droppedAttributesCount: uint32Of(message, "droppedAttributesCount"),
    events: messagesOf(message, "events").map(eventOf),
    droppedEventsCount: uint32Of(message, "droppedEventsCount"),
    links: messagesOf(message, "links").map(linkOf),
    droppedLinksCount: uint32Of(message, "droppedLinksCount"),
    resource,
    scope,
  };
}

export function readJsonLogRecord(message: JsonObject, resource: Resource, scope: Scope): LogRecord {
  const traceId = idOf(message, "traceId", 16);
  const spanId = idOf(message, "spanId", 8);
  return {
    timeUnixNano: nanosecondsOf(message, "timeUnixNano"),
    observedTimeUnixNano: nanosecondsOf(message, "observedTimeUnixNano"),
    severityNumber: enumOf(message, "severityNumber", SEVERITIES),
    severityText: textOf(message, "severityText"),
    body: valueOf(fieldOf(message, "body"), 1),
    attributes: attributesOf(message),
    droppedAttributesCount: uint32Of(message, "droppedAttributesCount"),
    flags: uint32Of(message, "flags"),
    ...(ZEROS.test(traceId) ? {} : { traceId }),
    ...(ZEROS.test(spanId) ? {} : { spanId }),
    eventName: textOf(message, "eventName"),
    resource,
    scope,
  };
}

/** An absent resource is an empty one. */
export function readJsonResource(message: JsonObject = {}, schemaUrl: string): Resource {
  return {
    attributes: attributesOf(message),
    droppedAttributesCount: uint32Of(message, "droppedAttributesCount"),
    schemaUrl,
    entityRefs: messagesOf(message, "entityRefs").map(entityRefOf),
  };
}

/** An absent scope is an empty one. */
export function readJsonScope(message: JsonObject = {}, schemaUrl: string): Scope {
  return {
    name: textOf(message, "name"),
    version: textOf(message, "version"),
    attributes: attributesOf(message),
    droppedAttributesCount: uint32Of(message, "droppedAttributesCount"),
    schemaUrl,
  };
}

/** The objects of a list; complains of what is none. */
function messagesOf(message: JsonObject, name: string): JsonObject[] {
  const list: readonly JsonValue[] = partsOf(message, name);
  const objects = list.filter(isObject);
  if (objects.length < list.length) complain(`${name} holds something that is not an object`);
  return objects;
}

function statusOf(message: JsonObject = {}): SpanStatus {
  return { code: enumOf(message, "code", STATUS_CODES), message: textOf(message, "message") };
}

function eventOf(message: JsonObject): SpanEvent {
  return {
    name: textOf(message, "name"),
    timeUnixNano: nanosecondsOf(message, "timeUnixNano"),
    attributes: attributesOf(message),
    droppedAttributesCount: uint32Of(message, "droppedAttributesCount"),
  };
}

function linkOf(message: JsonObject): SpanLink {
  return {
    traceId: idOf(message, "traceId", 16),
    spanId: idOf(message, "spanId", 8),
    traceState: textOf(message, "traceState"),
    attributes: attributesOf(message),
    droppedAttributesCount: uint32Of(message, "droppedAttributesCount"),
    flags: uint32Of(message, "flags"),
  };
}

function entityRefOf(message: JsonObject): EntityRef {
  return {
    schemaUrl: textOf(message, "schemaUrl"),
    type: textOf(message, "type"),
    idKeys: partsOf(message, "idKeys").map(String),
    descriptionKeys: partsOf(message, "descriptionKeys").map(String),
  };
}

/** Spans and log records for tests: the smallest ones that are valid, with what a test is about. */
import type { LogRecord, Resource, Scope, Span } from "../../src/model/span.ts";

export const resource: Resource = { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] };
export const scope: Scope = {
  name: "test",
  version: "",
  attributes: new Map(),
  droppedAttributesCount: 0,
  schemaUrl: "",
};

export function spanWith(span: Partial<Span>): Span {
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    traceState: "",
    flags: 0,
    name: "chat",
    kind: 3,
    startTimeUnixNano: 1_700_000_000_000_000_000n,
    endTimeUnixNano: 1_700_000_001_000_000_000n,
    status: { code: 0, message: "" },
    attributes: new Map(),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource,
    scope,
    ...span,
  };
}

export function logRecordWith(record: Partial<LogRecord>): LogRecord {
  return {
    timeUnixNano: 1_700_000_000_000_000_000n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: "INFO",
    body: null,
    attributes: new Map(),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    eventName: "",
    resource,
    scope,
    ...record,
  };
}

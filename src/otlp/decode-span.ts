/** Span, Event, Link and Status (`trace.proto`), read at the cursor. */
import type { AttributeValue, Resource, Scope, Span, SpanEvent, SpanLink, SpanStatus } from "../model/span.ts";
import { decodeKeyValue } from "./decode-attributes.ts";
import {
  endMessage,
  readEnd,
  readFixed32,
  readFixed64,
  readHex,
  readInt32,
  readTag,
  readText,
  readUint32,
  skipField,
  wirePosition,
} from "./wire-reader.ts";

const UNSET: SpanStatus = { code: 0, message: "" };
const NO_SPAN_ID = "0".repeat(16);

/** A message while its fields are being read. */
type Draft<Message> = { -readonly [Field in keyof Message]: Message[Field] };

export function readSpan(end: number, resource: Resource, scope: Scope): Span {
  const attributes = new Map<string, AttributeValue>();
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  const span = emptySpan(attributes, events, links, resource, scope);
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x4a) decodeKeyValue(attributes, readEnd(end), 0);
    else if (tag === 0x0a) span.traceId = readHex(readEnd(end));
    else if (tag === 0x12) span.spanId = readHex(readEnd(end));
    else if (tag === 0x1a) span.traceState = readText(readEnd(end));
    else if (tag === 0x22) span.parentSpanId = readHex(readEnd(end));
    else if (tag === 0x2a) span.name = readText(readEnd(end));
    else if (tag === 0x30) span.kind = readInt32();
    else if (tag === 0x39) span.startTimeUnixNano = readFixed64();
    else if (tag === 0x41) span.endTimeUnixNano = readFixed64();
    else if (tag === 0x50) span.droppedAttributesCount = readUint32();
    else if (tag === 0x5a) events.push(readEvent(readEnd(end)));
    else if (tag === 0x60) span.droppedEventsCount = readUint32();
    else if (tag === 0x6a) links.push(readLink(readEnd(end)));
    else if (tag === 0x70) span.droppedLinksCount = readUint32();
    else if (tag === 0x7a) span.status = readStatus(readEnd(end));
    else if (tag === 0x85) span.flags = readFixed32();
    else skipField(tag, end);
  }
  endMessage(end);
  if (span.parentSpanId === "" || span.parentSpanId === NO_SPAN_ID) delete span.parentSpanId;
  return span;
}

function emptySpan(
  attributes: Span["attributes"],
  events: Span["events"],
  links: Span["links"],
  resource: Resource,
  scope: Scope,
): Draft<Span> {
  return {
    traceId: "",
    spanId: "",
    traceState: "",
    flags: 0,
    name: "",
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    status: UNSET,
    attributes,
    droppedAttributesCount: 0,
    events,
    droppedEventsCount: 0,
    links,
    droppedLinksCount: 0,
    resource,
    scope,
  };
}

function readEvent(end: number): SpanEvent {
  const attributes = new Map<string, AttributeValue>();
  let name = "";
  let timeUnixNano = 0n;
  let droppedAttributesCount = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x09) timeUnixNano = readFixed64();
    else if (tag === 0x12) name = readText(readEnd(end));
    else if (tag === 0x1a) decodeKeyValue(attributes, readEnd(end), 0);
    else if (tag === 0x20) droppedAttributesCount = readUint32();
    else skipField(tag, end);
  }
  endMessage(end);
  return { name, timeUnixNano, attributes, droppedAttributesCount };
}

function readLink(end: number): SpanLink {
  const attributes = new Map<string, AttributeValue>();
  let traceId = "";
  let spanId = "";
  let traceState = "";
  let droppedAttributesCount = 0;
  let flags = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) traceId = readHex(readEnd(end));
    else if (tag === 0x12) spanId = readHex(readEnd(end));
    else if (tag === 0x1a) traceState = readText(readEnd(end));
    else if (tag === 0x22) decodeKeyValue(attributes, readEnd(end), 0);
    else if (tag === 0x28) droppedAttributesCount = readUint32();
    else if (tag === 0x35) flags = readFixed32();
    else skipField(tag, end);
  }
  endMessage(end);
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags };
}

function readStatus(end: number): SpanStatus {
  let code = 0;
  let message = "";
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x12) message = readText(readEnd(end));
    else if (tag === 0x18) code = readInt32();
    else skipField(tag, end);
  }
  endMessage(end);
  return { code, message };
}

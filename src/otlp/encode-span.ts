/** Span, Event, Link and Status (`trace.proto`). */
import type { Span, SpanEvent, SpanLink, SpanStatus } from "../model/span.ts";
import { writeAttributes } from "./encode-attributes.ts";
import {
  closeField,
  openField,
  writeFixed32,
  writeFixed64,
  writeHex,
  writeInt32,
  writeText,
  writeUint32,
} from "./wire-writer.ts";

export function writeSpan(span: Span): void {
  writeHex(1, span.traceId);
  writeHex(2, span.spanId);
  if (span.traceState !== "") writeText(3, span.traceState);
  if (span.parentSpanId !== undefined) writeHex(4, span.parentSpanId);
  if (span.name !== "") writeText(5, span.name);
  writeInt32(6, span.kind);
  writeFixed64(7, span.startTimeUnixNano);
  writeFixed64(8, span.endTimeUnixNano);
  writeAttributes(9, span.attributes);
  writeUint32(10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(event);
  writeUint32(12, span.droppedEventsCount);
  for (const link of span.links) writeLink(link);
  writeUint32(14, span.droppedLinksCount);
  writeStatus(span.status);
  writeFixed32(16, span.flags);
}

function writeEvent(event: SpanEvent): void {
  const start = openField(11);
  writeFixed64(1, event.timeUnixNano);
  if (event.name !== "") writeText(2, event.name);
  writeAttributes(3, event.attributes);
  writeUint32(4, event.droppedAttributesCount);
  closeField(start);
}

function writeLink(link: SpanLink): void {
  const start = openField(13);
  writeHex(1, link.traceId);
  writeHex(2, link.spanId);
  if (link.traceState !== "") writeText(3, link.traceState);
  writeAttributes(4, link.attributes);
  writeUint32(5, link.droppedAttributesCount);
  writeFixed32(6, link.flags);
  closeField(start);
}

function writeStatus(status: SpanStatus): void {
  if (status.code === 0 && status.message === "") return;
  const start = openField(15);
  if (status.message !== "") writeText(2, status.message);
  writeInt32(3, status.code);
  closeField(start);
}

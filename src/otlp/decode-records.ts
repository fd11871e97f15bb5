/** OTLP protobuf to the model, lossless. The bytes have been checked by `indexSpans` or `indexLogRecords` before. */
import type { EncodedRecords } from "../model/signal-batch.ts";
import type { LogRecord, Resource, Scope, Span } from "../model/span.ts";
import { readLogRecord } from "./decode-log-record.ts";
import { readResource, readScope } from "./decode-resource.ts";
import { readSpan } from "./decode-span.ts";
import { MalformedError } from "./malformed-error.ts";
import { openWire, readText, wirePosition } from "./wire-reader.ts";

type ReadRecord<Record> = (end: number, resource: Resource, scope: Scope) => Record;

/** In the order of the request. Spans of one resource or scope share its object. */
export function decodeSpans(encoded: EncodedRecords): Span[] {
  return decodeAll(encoded, readSpan);
}

/** In the order of the request. Log records of one resource or scope share its object. */
export function decodeLogRecords(encoded: EncodedRecords): LogRecord[] {
  return decodeAll(encoded, readLogRecord);
}

/** Decodes the message body of one span. Throws MalformedError when it is broken. */
export function decodeSpan(bytes: Uint8Array, resource: Resource, scope: Scope): Span {
  return decodeOne(bytes, 0, bytes.length, (end) => readSpan(end, resource, scope));
}

/** Decodes the message body of one log record. Throws MalformedError when it is broken. */
export function decodeLogRecord(bytes: Uint8Array, resource: Resource, scope: Scope): LogRecord {
  return decodeOne(bytes, 0, bytes.length, (end) => readLogRecord(end, resource, scope));
}

/** Decodes the message body of a Resource; no bytes are an empty resource. Throws MalformedError when it is broken. */
export function decodeResource(bytes: Uint8Array, schemaUrl: string): Resource {
  return decodeOne(bytes, 0, bytes.length, (end) => readResource(end, schemaUrl));
}

/** Decodes the message body of an InstrumentationScope. Throws MalformedError when it is broken. */
export function decodeScope(bytes: Uint8Array, schemaUrl: string): Scope {
  return decodeOne(bytes, 0, bytes.length, (end) => readScope(end, schemaUrl));
}

function decodeAll<Record>(encoded: EncodedRecords, readRecord: ReadRecord<Record>): Record[] {
  const { bytes, records } = encoded;
  const resources = rowsOf(encoded.resources, 4).map((row) => resourceOf(bytes, row));
  const scopes = rowsOf(encoded.scopes, 5).map((row) => ({
    scope: scopeOf(bytes, row),
    resource: at(resources, row[4]),
  }));
  const decoded: Record[] = [];
  for (let row = 0; row < records.length; row += 3) {
    const { scope, resource } = at(scopes, records[row + 2]);
    const start = records[row] ?? 0;
    const end = start + (records[row + 1] ?? 0);
    openWire(bytes, start);
    decoded.push(readRecord(end, resource, scope));
    if (wirePosition() !== end) throw new MalformedError(`The record at byte ${start} is broken.`);
  }
  return decoded;
}

function resourceOf(bytes: Uint8Array, [offset = 0, length = 0, urlOffset = 0, urlLength = 0]: Uint32Array): Resource {
  const schemaUrl = textOf(bytes, urlOffset, urlLength);
  return decodeOne(bytes, offset, length, (end) => readResource(end, schemaUrl));
}

function scopeOf(bytes: Uint8Array, [offset = 0, length = 0, urlOffset = 0, urlLength = 0]: Uint32Array): Scope {
  const schemaUrl = textOf(bytes, urlOffset, urlLength);
  return decodeOne(bytes, offset, length, (end) => readScope(end, schemaUrl));
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  return decodeOne(bytes, offset, length, readText);
}

function decodeOne<Message>(
  bytes: Uint8Array,
  offset: number,
  length: number,
  read: (end: number) => Message,
): Message {
  openWire(bytes, offset);
  const message = read(offset + length);
  if (wirePosition() !== offset + length) throw new MalformedError(`The message at byte ${offset} is broken.`);
  return message;
}

function rowsOf(table: Uint32Array, width: number): Uint32Array[] {
  return Array.from({ length: table.length / width }, (_, row) => table.subarray(row * width, (row + 1) * width));
}

function at<Row>(rows: readonly Row[], row: number | undefined): Row {
  const found = rows[row ?? -1];
  if (found === undefined) throw new RangeError(`An encoded record refers to row ${row}, which does not exist.`);
  return found;
}

/**
 * The model to OTLP protobuf: a whole export request and the index of its records. Decoding it gives the same model
 * again.
 */
import type { EncodedRecords } from "../model/signal-batch.ts";
import type { LogRecord, Resource, Scope, Span } from "../model/span.ts";
import { writeLogRecord } from "./encode-log-record.ts";
import { writeResource, writeScope } from "./encode-resource.ts";
import { writeSpan } from "./encode-span.ts";
import { type IndexedRecords, indexLogRecords, indexSpans } from "./index-records.ts";
import { runsOf } from "./record-runs.ts";
import { beginWire, closeField, finishWire, openField, writeText } from "./wire-writer.ts";

interface Item {
  readonly resource: Resource;
  readonly scope: Scope;
}

/**
 * Neighbours that share a resource or scope object share its bytes; the order of the spans is kept. Throws RangeError
 * for a span whose ids no receiver would accept.
 */
export function encodeSpans(spans: readonly Span[]): EncodedRecords {
  return accepted(indexSpans(encodeRequest(spans, writeSpan)));
}

/** As encodeSpans. */
export function encodeLogRecords(records: readonly LogRecord[]): EncodedRecords {
  return accepted(indexLogRecords(encodeRequest(records, writeLogRecord)));
}

/** The message body of one span, without its resource and scope. */
export function encodeSpan(span: Span): Uint8Array {
  beginWire();
  writeSpan(span);
  return finishWire();
}

/** The message body of one log record, without its resource and scope. */
export function encodeLogRecord(record: LogRecord): Uint8Array {
  beginWire();
  writeLogRecord(record);
  return finishWire();
}

function accepted({ encoded, rejected, reasons }: IndexedRecords): EncodedRecords {
  if (rejected > 0) throw new RangeError(`${rejected} records cannot be encoded: ${reasons.join("; ")}`);
  return encoded;
}

function encodeRequest<Record extends Item>(items: readonly Record[], write: (item: Record) => void): Uint8Array {
  beginWire();
  for (const run of runsOf(items, (item) => item.resource)) writeResourceRun(run, write);
  return finishWire();
}

/** ResourceSpans or ResourceLogs. */
function writeResourceRun<Record extends Item>(items: readonly Record[], write: (item: Record) => void): void {
  const resource = items[0]?.resource;
  if (resource === undefined) return;
  const start = openField(1);
  const head = openField(1);
  writeResource(resource);
  closeField(head);
  for (const run of runsOf(items, (item) => item.scope)) writeScopeRun(run, write);
  if (resource.schemaUrl !== "") writeText(3, resource.schemaUrl);
  closeField(start);
}

/** ScopeSpans or ScopeLogs. */
function writeScopeRun<Record extends Item>(items: readonly Record[], write: (item: Record) => void): void {
  const scope = items[0]?.scope;
  if (scope === undefined) return;
  const start = openField(2);
  const head = openField(1);
  writeScope(scope);
  closeField(head);
  for (const item of items) {
    const record = openField(2);
    write(item);
    closeField(record);
  }
  if (scope.schemaUrl !== "") writeText(3, scope.schemaUrl);
  closeField(start);
}

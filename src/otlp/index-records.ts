/**
 * Finds the records (spans, log records) of an export request and checks every byte of them without decoding any.
 * `ExportTraceServiceRequest` and `ExportLogsServiceRequest` have the same envelope with the same field numbers.
 */
import type { EncodedRecords } from "../model/signal-batch.ts";
import { checkMessage, notedProblem, resetNotes, takeBrokenTexts, TOO_MANY_PARTS } from "./check-message.ts";
import { checkLogRecord, type CheckRecord, checkSpan, describeOtherSignal } from "./check-record.ts";
import { MalformedError } from "./malformed-error.ts";
import { type MessageShape, RESOURCE, SCOPE } from "./message-shapes.ts";
import {
  breakWire,
  endMessage,
  isBroken,
  openWire,
  readEnd,
  readTag,
  seekWire,
  skipField,
  wirePosition,
} from "./wire-reader.ts";

export interface IndexedRecords {
  readonly encoded: EncodedRecords;
  /** How many records were left out. */
  readonly rejected: number;
  /** Why, for the first few of them: one clause each, without content of the record. */
  readonly reasons: readonly string[];
  /** How many texts are not UTF-8; they are decoded with U+FFFD where they are not. */
  readonly brokenTexts: number;
}

/** Enough to see what is wrong with a sender; the rest is only counted. */
export const MAX_REASONS = 5;

/** The tags of the envelope's fields, which are all messages or texts. */
const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;
const FIELD_3 = 0x1a;

/** A request at work; the arrays are the rows of EncodedRecords. */
interface Walk {
  readonly name: string;
  readonly check: CheckRecord;
  readonly records: number[];
  readonly scopes: number[];
  readonly resources: number[];
  readonly reasons: string[];
  rejected: number;
  /** Where the first rejected record lies. */
  rejectedRecord: readonly [start: number, end: number] | undefined;
}

/** Throws MalformedError when the envelope is broken; a broken span or one without valid ids is left out. */
export function indexSpans(bytes: Uint8Array): IndexedRecords {
  return index(bytes, "spans", checkSpan);
}

/** As indexSpans; a log record needs no ids. */
export function indexLogRecords(bytes: Uint8Array): IndexedRecords {
  return index(bytes, "log_records", checkLogRecord);
}

function index(bytes: Uint8Array, name: string, check: CheckRecord): IndexedRecords {
  const rows = { records: [], scopes: [], resources: [], reasons: [] };
  const walk: Walk = { name, check, ...rows, rejected: 0, rejectedRecord: undefined };
  takeBrokenTexts();
  openWire(bytes, 0);
  walkRequest(walk, bytes.length);
  if (wirePosition() !== bytes.length) throw new MalformedError("The body is not a well-formed protobuf message.");
  if (walk.records.length === 0 && walk.rejectedRecord !== undefined) refuseOtherSignal(...walk.rejectedRecord);
  const encoded = {
    bytes,
    records: new Uint32Array(walk.records),
    scopes: new Uint32Array(walk.scopes),
    resources: new Uint32Array(walk.resources),
  };
  return { encoded, rejected: walk.rejected, reasons: walk.reasons, brokenTexts: takeBrokenTexts() };
}

function walkRequest(walk: Walk, end: number): void {
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === FIELD_1) walkResource(walk, readEnd(end));
    else skipUnknown(tag, end);
  }
  endMessage(end);
}

/** ResourceSpans or ResourceLogs. A resource without records leaves no row, however many of them are sent. */
function walkResource(walk: Walk, end: number): void {
  const recordsBefore = walk.records.length;
  const row = walk.resources.length / 4;
  let resource = 0;
  let resourceLength = 0;
  let schemaUrl = 0;
  let schemaUrlLength = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === FIELD_1) {
      resourceLength = checkHead(RESOURCE, end);
      resource = wirePosition() - resourceLength;
    } else if (tag === FIELD_2) walkScope(walk, readEnd(end), row);
    else if (tag === FIELD_3) {
      schemaUrlLength = skipText(end);
      schemaUrl = wirePosition() - schemaUrlLength;
    } else skipUnknown(tag, end);
  }
  endMessage(end);
  if (walk.records.length > recordsBefore) walk.resources.push(resource, resourceLength, schemaUrl, schemaUrlLength);
}

/** ScopeSpans or ScopeLogs. */
function walkScope(walk: Walk, end: number, resourceRow: number): void {
  const recordsBefore = walk.records.length;
  const row = walk.scopes.length / 5;
  let scope = 0;
  let scopeLength = 0;
  let schemaUrl = 0;
  let schemaUrlLength = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === FIELD_2) walkRecord(walk, readEnd(end), row);
    else if (tag === FIELD_1) {
      scopeLength = checkHead(SCOPE, end);
      scope = wirePosition() - scopeLength;
    } else if (tag === FIELD_3) {
      schemaUrlLength = skipText(end);
      schemaUrl = wirePosition() - schemaUrlLength;
    } else skipUnknown(tag, end);
  }
  endMessage(end);
  if (walk.records.length > recordsBefore)
    walk.scopes.push(scope, scopeLength, schemaUrl, schemaUrlLength, resourceRow);
}

function walkRecord(walk: Walk, end: number, scopeRow: number): void {
  const start = wirePosition();
  if (isBroken()) return;
  const problem = walk.check(end);
  if (problem === "") {
    walk.records.push(start, end - start, scopeRow);
    return;
  }
  walk.rejectedRecord ??= [start, end];
  const number = walk.records.length / 3 + walk.rejected;
  if (walk.reasons.length < MAX_REASONS) walk.reasons.push(`${walk.name}[${number}]: ${problem}`);
  walk.rejected += 1;
  seekWire(end);
}

/** Checks a resource or scope and returns its length. */
function checkHead(shape: MessageShape, end: number): number {
  const stop = readEnd(end);
  const length = stop - wirePosition();
  resetNotes();
  checkMessage(shape, stop, 0);
  if (notedProblem() === TOO_MANY_PARTS) throw new MalformedError(`A resource or scope has ${TOO_MANY_PARTS}.`);
  return length;
}

function skipText(end: number): number {
  const stop = readEnd(end);
  const length = stop - wirePosition();
  seekWire(stop);
  return length;
}

/** A field of the future is passed over; one of ours with a wrong wire type means that this is not OTLP. */
function skipUnknown(tag: number, end: number): void {
  if (tag >>> 3 <= 3) breakWire();
  else skipField(tag, end);
}

function refuseOtherSignal(start: number, end: number): void {
  const advice = describeOtherSignal(start, end);
  if (advice !== "") throw new MalformedError(advice);
}

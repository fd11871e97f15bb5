/** What a server answers to an export request: `ExportTraceServiceResponse` and its siblings, and `google.rpc.Status`. */
import { fieldOf } from "./json-fields.ts";
import { MalformedError } from "./malformed-error.ts";
import { isObject, type JsonObject, parseJsonBody } from "./parse-json.ts";
import type { Encoding } from "./rpc-status.ts";
import {
  isBroken,
  openWire,
  readEnd,
  readInt64,
  readTag,
  readText,
  readUint32,
  seekWire,
  skipField,
  wirePosition,
} from "./wire-reader.ts";

/** How many records of an accepted request were not taken after all, and what the server says. 0 and "": all is well. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** What a refusal says of itself. */
export interface StatusDetails {
  readonly message: string;
  /** When to come again (`google.rpc.RetryInfo`). Absent when it does not say. */
  readonly retryDelayMs?: number;
}

const REJECTED_NAMES = ["rejectedSpans", "rejectedLogRecords", "rejectedDataPoints"];
const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

/** The tags of the fields that are read. */
const FIRST_VARINT = 0x08;
const FIRST_MESSAGE = 0x0a;
const SECOND_VARINT = 0x10;
const SECOND_MESSAGE = 0x12;
const THIRD_MESSAGE = 0x1a;

/** Throws MalformedError when the bytes are no such response. */
export function decodeExportResponse(body: Uint8Array, encoding: Encoding): PartialSuccess {
  if (encoding === "json")
    return body.length === 0 ? { rejected: 0, message: "" } : partialSuccessIn(parseJsonBody(body));
  let partialSuccess = { rejected: 0, message: "" };
  readFields(body, (tag, end) => {
    if (tag === FIRST_MESSAGE) partialSuccess = readPartialSuccess(readEnd(end));
    else skipField(tag, end);
  });
  return partialSuccess;
}

/** Throws MalformedError when the bytes are no Status. */
export function decodeStatus(body: Uint8Array, encoding: Encoding): StatusDetails {
  if (encoding === "json") return { message: textIn(parseJsonBody(body), "message") };
  let status: StatusDetails = { message: "" };
  readFields(body, (tag, end) => {
    if (tag === SECOND_MESSAGE) status = { ...status, message: readText(readEnd(end)) };
    else if (tag === THIRD_MESSAGE) status = { ...status, ...readDetail(readEnd(end)) };
    else skipField(tag, end);
  });
  return status;
}

function partialSuccessIn(response: JsonObject): PartialSuccess {
  const partialSuccess = fieldOf(response, "partialSuccess");
  if (!isObject(partialSuccess)) return { rejected: 0, message: "" };
  const counts = REJECTED_NAMES.map((name) => Number(fieldOf(partialSuccess, name) ?? 0));
  const rejected = counts.find((count) => count > 0) ?? 0;
  return { rejected, message: textIn(partialSuccess, "errorMessage") };
}

function textIn(object: JsonObject, name: string): string {
  const value = fieldOf(object, name);
  return typeof value === "string" ? value : "";
}

function readPartialSuccess(end: number): PartialSuccess {
  let rejected = 0;
  let message = "";
  readUntil(end, (tag) => {
    if (tag === FIRST_VARINT) rejected = Number(readInt64());
    else if (tag === SECOND_MESSAGE) message = readText(readEnd(end));
    else skipField(tag, end);
  });
  return { rejected, message };
}

/** A `google.protobuf.Any` of a Status; only RetryInfo is of interest. */
function readDetail(end: number): { retryDelayMs?: number } {
  let type = "";
  let value: readonly [start: number, end: number] | undefined;
  readUntil(end, (tag) => {
    if (tag === FIRST_MESSAGE) type = readText(readEnd(end));
    else if (tag === SECOND_MESSAGE) {
      const stop = readEnd(end);
      value = [wirePosition(), stop];
      seekWire(stop);
    } else skipField(tag, end);
  });
  if (isBroken() || type !== RETRY_INFO || value === undefined) return {};
  seekWire(value[0]);
  let retryDelayMs = 0;
  readUntil(value[1], (tag, stop) => {
    if (tag === FIRST_MESSAGE) retryDelayMs = readDuration(readEnd(stop));
    else skipField(tag, stop);
  });
  if (!isBroken()) seekWire(end);
  return { retryDelayMs };
}

/** A `google.protobuf.Duration`, in milliseconds. */
function readDuration(end: number): number {
  let milliseconds = 0;
  readUntil(end, (tag) => {
    if (tag === FIRST_VARINT) milliseconds += Number(readInt64()) * 1000;
    else if (tag === SECOND_VARINT) milliseconds += readUint32() / 1e6;
    else skipField(tag, end);
  });
  return milliseconds;
}

function readFields(body: Uint8Array, readField: (tag: number, end: number) => void): void {
  openWire(body, 0);
  readUntil(body.length, readField);
  if (wirePosition() !== body.length) throw new MalformedError("The answer is not a well-formed protobuf message.");
}

/** Broken bytes put the cursor behind every end, see wire-reader.ts. */
function readUntil(end: number, readField: (tag: number, end: number) => void): void {
  while (wirePosition() < end) readField(readTag(), end);
}

/** One OTLP export request, of traces, logs or metrics: its bytes say of which. */
import type { LogRecord, Span } from "../model/span.ts";
import { countDataPoints } from "./count-data-points.ts";
import { decodeLogRecords, decodeSpans } from "./decode-records.ts";
import { indexLogRecords, indexSpans } from "./index-records.ts";
import { countJsonDataPoints, decodeJsonLogRecords, decodeJsonSpans } from "./json-request.ts";
import { MalformedError } from "./malformed-error.ts";

/** Requests of metrics hold nothing here. */
export interface OtlpRequest {
  readonly spans: readonly Span[];
  readonly logRecords: readonly LogRecord[];
  /** How many records were left out, and why the first of them was. */
  readonly rejected: number;
  readonly reason?: string;
}

/** Throws a MalformedError when it is none. */
export function readJsonRequest(text: string): OtlpRequest {
  const body = Buffer.from(withHexIds(text));
  return readAsEither(
    () => decodeJsonSpans(body),
    () => decodeJsonLogRecords(body),
    () => countJsonDataPoints(body),
  );
}

/**
 * OTLP/JSON writes ids in hex digits, but files are also printed by protobuf's own JSON printers, which make base64 of all
 * bytes. The two cannot be confused: base64 of 16 or 8 bytes ends with `=`.
 */
function withHexIds(text: string): string {
  return text.replaceAll(BASE64_ID, (_all, start: string, id: string) => {
    return `${start}${Buffer.from(id, "base64").toString("hex")}"`;
  });
}

/** Within the text of a value its quotes would be escaped. */
const BASE64_ID =
  /("(?:traceId|trace_id|spanId|span_id|parentSpanId|parent_span_id)"\s*:\s*")([\w+/-]{22}==|[\w+/-]{11}=)"/g;

/** Throws a MalformedError when it is none. */
export function readProtobufRequest(bytes: Uint8Array): OtlpRequest {
  return readAsEither(
    () => {
      const { encoded, rejected, reasons } = indexSpans(bytes);
      return { records: decodeSpans(encoded), rejected, reasons };
    },
    () => {
      const { encoded, rejected, reasons } = indexLogRecords(bytes);
      return { records: decodeLogRecords(encoded), rejected, reasons };
    },
    () => countDataPoints(bytes),
  );
}

interface Reading<Record> {
  readonly records: readonly Record[];
  readonly rejected: number;
  readonly reasons: readonly string[];
}

/** Malformed as one signal, or every record refused, the bytes may still be the other. */
function readAsEither(
  readSpans: () => Reading<Span>,
  readLogs: () => Reading<LogRecord>,
  countMetrics: () => number,
): OtlpRequest {
  const spans = attempt(readSpans);
  const hasSpans = spans !== undefined && (spans.records.length > 0 || spans.rejected === 0);
  const logs = hasSpans ? undefined : attempt(readLogs);
  if (logs !== undefined && (logs.records.length > 0 || spans === undefined))
    return { spans: [], logRecords: logs.records, ...refusalOf(logs) };
  if (spans === undefined && attempt(countMetrics) !== undefined) return { spans: [], logRecords: [], rejected: 0 };
  // Neither: reading it as spans again says why it is not.
  const read = spans ?? readSpans();
  return { spans: read.records, logRecords: [], ...refusalOf(read) };
}

function refusalOf({ rejected, reasons: [reason] }: Reading<unknown>): Pick<OtlpRequest, "rejected" | "reason"> {
  return { rejected, ...(reason === undefined ? {} : { reason }) };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** OTLP export requests out of a file's bytes. */
import { gunzipSync } from "node:zlib";
import { scanList } from "./dialects/json-list.ts";
import { parseJson } from "./dialects/lenient-json.ts";
import type { LogRecord, Span } from "./model/span.ts";
import { countDataPoints } from "./otlp/count-data-points.ts";
import { decodeLogRecords, decodeSpans } from "./otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "./otlp/index-records.ts";
import { countJsonDataPoints, decodeJsonLogRecords, decodeJsonSpans } from "./otlp/json-request.ts";
import { MalformedError } from "./otlp/malformed-error.ts";

/** One export request; it is of one signal, but a file's content says of which. */
export interface OtlpRequest {
  readonly spans: readonly Span[];
  readonly logRecords: readonly LogRecord[];
  /** How many records were left out, and why the first of them was. */
  readonly rejected: number;
  readonly reason?: string;
}

/**
 * The name's ending tells the format: `.json` (a request, a list of them, or one a line), `.jsonl` (one a line), `.pb`; each
 * also zipped. Requests of metrics hold nothing here. Throws an error that names the file when its bytes are no OTLP.
 */
export function readOtlpFile(path: string, content: Uint8Array): readonly OtlpRequest[] {
  try {
    const isZipped = path.endsWith(".gz") || (content[0] === 0x1f && content[1] === 0x8b);
    return readRequests(path.replace(/\.gz$/, ""), isZipped ? gunzipSync(content) : content);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function readRequests(name: string, content: Uint8Array): readonly OtlpRequest[] {
  if (name.endsWith(".pb")) return [readProtobuf(content)];
  if (!/\.jsonl?$/.test(name))
    throw new Error("unknown kind of file; known are .json, .jsonl and .pb, each also with .gz");
  const text = new TextDecoder().decode(content); // leaves out a byte order mark
  if (name.endsWith(".jsonl") || isJsonLines(text)) return readJsonLines(text);
  return text.trimStart().startsWith("[") ? readJsonList(text) : [readJson(text)];
}

/** Several lines, the first of which is whole by itself. */
function isJsonLines(text: string): boolean {
  const [first, second] = text.trim().split(/\n\s*/, 2);
  return second !== undefined && parseJson(first ?? "") !== undefined;
}

/** One request a line; the error of a line that is none names it. */
function readJsonLines(text: string): readonly OtlpRequest[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [readJson(line)];
    } catch (error) {
      throw new Error(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

/** The requests' own texts: what is not a whole number in JavaScript (a time in nanoseconds, unquoted) stays as it is. */
function readJsonList(text: string): readonly OtlpRequest[] {
  const { elements, closed } = scanList(text, text.indexOf("["));
  if (!closed) throw new MalformedError("The list of requests ends before it is complete.");
  return elements.map(([from, end]) => readJson(text.slice(from, end)));
}

function readJson(text: string): OtlpRequest {
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

function readProtobuf(bytes: Uint8Array): OtlpRequest {
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

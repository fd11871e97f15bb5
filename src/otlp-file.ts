/** OTLP export requests out of a file's bytes. */
import { gunzipSync } from "node:zlib";
import type { LogRecord, Span } from "./model/span.ts";
import { decodeLogRecords, decodeSpans } from "./otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "./otlp/index-records.ts";
import { decodeJsonLogRecords, decodeJsonSpans } from "./otlp/json-request.ts";
import { MalformedError } from "./otlp/malformed-error.ts";

/** One export request; it is of one signal, but a file's content says of which. */
export interface OtlpRequest {
  readonly spans: readonly Span[];
  readonly logRecords: readonly LogRecord[];
}

/** The name's ending tells the format. Throws an error that names the file when its bytes are no OTLP. */
export function readOtlpFile(path: string, content: Uint8Array): readonly OtlpRequest[] {
  try {
    const isZipped = path.endsWith(".gz");
    return readRequests(isZipped ? path.slice(0, -".gz".length) : path, isZipped ? gunzipSync(content) : content);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function readRequests(name: string, content: Uint8Array): readonly OtlpRequest[] {
  if (name.endsWith(".pb")) return [readProtobuf(content)];
  if (name.endsWith(".jsonl")) return readJsonLines(content);
  if (name.endsWith(".json")) return [readJson(content)];
  throw new Error("unknown kind of file; known are .json, .jsonl and .pb, each also with .gz");
}

/** One request a line; the error of a line that is none names it. */
function readJsonLines(content: Uint8Array): readonly OtlpRequest[] {
  const lines = Buffer.from(content).toString("utf8").split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [readJson(Buffer.from(line))];
    } catch (error) {
      throw new Error(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

function readJson(body: Uint8Array): OtlpRequest {
  return readAsEither(
    () => decodeJsonSpans(body),
    () => decodeJsonLogRecords(body),
  );
}

function readProtobuf(bytes: Uint8Array): OtlpRequest {
  return readAsEither(
    () => {
      const { encoded, rejected } = indexSpans(bytes);
      return { records: decodeSpans(encoded), rejected };
    },
    () => {
      const { encoded, rejected } = indexLogRecords(bytes);
      return { records: decodeLogRecords(encoded), rejected };
    },
  );
}

interface Reading<Record> {
  readonly records: readonly Record[];
  readonly rejected: number;
}

/** Malformed as one signal, or every record refused, the bytes may still be the other. */
function readAsEither(readSpans: () => Reading<Span>, readLogs: () => Reading<LogRecord>): OtlpRequest {
  const spans = attempt(readSpans);
  const hasSpans = spans !== undefined && (spans.records.length > 0 || spans.rejected === 0);
  const logs = hasSpans ? undefined : attempt(readLogs);
  if (logs !== undefined && (logs.records.length > 0 || spans === undefined))
    return { spans: [], logRecords: logs.records };
  // Neither: reading it as spans again says why it is not.
  return { spans: (spans ?? readSpans()).records, logRecords: [] };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

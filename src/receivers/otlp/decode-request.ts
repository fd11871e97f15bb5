/** The body of an export request as records of its signal. */
import { isUtf8 } from "node:buffer";
import type { EncodedRecords, Signal, SignalBatch } from "../../model/signal-batch.ts";
import { countDataPoints } from "../../otlp/count-data-points.ts";
import { decodeLogRecords, decodeSpans } from "../../otlp/decode-records.ts";
import { encodeLogRecords, encodeSpans } from "../../otlp/encode-records.ts";
import { type IndexedRecords, indexLogRecords, indexSpans } from "../../otlp/index-records.ts";
import { countJsonDataPoints, decodeJsonLogRecords, decodeJsonSpans } from "../../otlp/json-request.ts";
import type { Encoding } from "../../otlp/rpc-status.ts";
import { createLogBatch, createSpanBatch } from "../../otlp/signal-batches.ts";

/** Plain data, which can go from one thread to another. */
export interface DecodedRequest {
  readonly records:
    | { readonly signal: "traces" | "logs"; readonly encoded: EncodedRecords }
    | { readonly signal: "metrics"; readonly count: number };
  /** How many records were left out, and why the first of them. */
  readonly rejected: number;
  readonly reasons: readonly string[];
  /** How many texts were not UTF-8 and have U+FFFD now where they were not. */
  readonly brokenTexts: number;
}

/** Valid protobuf bytes go on as they came; JSON is turned into protobuf. Throws MalformedError. */
export function decodeRequest(signal: Signal, encoding: Encoding, body: Uint8Array): DecodedRequest {
  return DECODERS[signal](encoding, body);
}

const DECODERS: Readonly<Record<Signal, (encoding: Encoding, body: Uint8Array) => DecodedRequest>> = {
  traces(encoding, body) {
    const { encoded, ...rest } = encoding === "protobuf" ? mendSpans(indexSpans(body)) : indexJsonSpans(body);
    return { records: { signal: "traces", encoded }, ...rest };
  },
  logs(encoding, body) {
    const { encoded, ...rest } =
      encoding === "protobuf" ? mendLogRecords(indexLogRecords(body)) : indexJsonLogRecords(body);
    return { records: { signal: "logs", encoded }, ...rest };
  },
  metrics(encoding, body) {
    const count = encoding === "protobuf" ? countDataPoints(body) : countJsonDataPoints(body);
    return { records: { signal: "metrics", count }, rejected: 0, reasons: [], brokenTexts: 0 };
  },
};

function indexJsonSpans(body: Uint8Array): IndexedRecords {
  const { records, ...rest } = decodeJsonSpans(body);
  return { encoded: encodeSpans(records), ...rest, brokenTexts: brokenTextsOf(body) };
}

function indexJsonLogRecords(body: Uint8Array): IndexedRecords {
  const { records, ...rest } = decodeJsonLogRecords(body);
  return { encoded: encodeLogRecords(records), ...rest, brokenTexts: brokenTextsOf(body) };
}

/** JSON is one text. */
function brokenTextsOf(body: Uint8Array): number {
  return isUtf8(body) ? 0 : 1;
}

/** Whoever is given the bytes gets valid ones: what is not UTF-8 is written anew with U+FFFD in its place. */
function mendSpans(indexed: IndexedRecords): IndexedRecords {
  return indexed.brokenTexts === 0 ? indexed : { ...indexed, encoded: encodeSpans(decodeSpans(indexed.encoded)) };
}

function mendLogRecords(indexed: IndexedRecords): IndexedRecords {
  if (indexed.brokenTexts === 0) return indexed;
  return { ...indexed, encoded: encodeLogRecords(decodeLogRecords(indexed.encoded)) };
}

/** What a pipeline takes. */
export function toBatch({ records }: DecodedRequest): SignalBatch {
  if (records.signal === "metrics") return records;
  return records.signal === "traces" ? createSpanBatch(records) : createLogBatch(records);
}

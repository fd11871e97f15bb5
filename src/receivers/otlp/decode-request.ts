/** The body of an export request as a batch of its signal. */
import type { Signal, SignalBatch } from "../../model/signal-batch.ts";
import { countDataPoints } from "../../otlp/count-data-points.ts";
import { encodeLogRecords, encodeSpans } from "../../otlp/encode-records.ts";
import { type IndexedRecords, indexLogRecords, indexSpans } from "../../otlp/index-records.ts";
import { countJsonDataPoints, decodeJsonLogRecords, decodeJsonSpans } from "../../otlp/json-request.ts";
import type { Encoding } from "../../otlp/rpc-status.ts";
import { createLogBatch, createSpanBatch } from "../../otlp/signal-batches.ts";

export interface ReceivedBatch {
  readonly batch: SignalBatch;
  /** How many records were left out, and why the first of them. */
  readonly rejected: number;
  readonly reasons: readonly string[];
}

/** Protobuf bytes go on as they came; JSON is turned into protobuf. Throws MalformedError. */
export function decodeRequest(signal: Signal, encoding: Encoding, body: Uint8Array): ReceivedBatch {
  return DECODERS[signal](encoding, body);
}

const DECODERS: Readonly<Record<Signal, (encoding: Encoding, body: Uint8Array) => ReceivedBatch>> = {
  traces(encoding, body) {
    const { encoded, rejected, reasons } = encoding === "protobuf" ? indexSpans(body) : indexJsonSpans(body);
    return { batch: createSpanBatch({ encoded }), rejected, reasons };
  },
  logs(encoding, body) {
    const { encoded, rejected, reasons } = encoding === "protobuf" ? indexLogRecords(body) : indexJsonLogRecords(body);
    return { batch: createLogBatch({ encoded }), rejected, reasons };
  },
  metrics(encoding, body) {
    const count = encoding === "protobuf" ? countDataPoints(body) : countJsonDataPoints(body);
    return { batch: { signal: "metrics", count }, rejected: 0, reasons: [] };
  },
};

function indexJsonSpans(body: Uint8Array): IndexedRecords {
  const { records, ...rest } = decodeJsonSpans(body);
  return { encoded: encodeSpans(records), ...rest };
}

function indexJsonLogRecords(body: Uint8Array): IndexedRecords {
  const { records, ...rest } = decodeJsonLogRecords(body);
  return { encoded: encodeLogRecords(records), ...rest };
}

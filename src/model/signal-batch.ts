/**
 * One signal of one export request on its way through a pipeline. A batch carries OTLP protobuf bytes and decodes them
 * only when a component asks: with the default pipeline the bytes go from the socket to the store untouched.
 */
import type { LogRecord, Span } from "./span.ts";

/**
 * OTLP protobuf bytes and where the records (spans or log records) lie in them. Whatever is not listed (a rejected span)
 * does not exist for the reader. All offsets and lengths are in bytes and relative to `bytes`.
 */
export interface EncodedRecords {
  readonly bytes: Uint8Array;
  /** Three numbers a record: offset and length of its message body, number of its scope (a row of `scopes`). */
  readonly records: Uint32Array;
  /** Five numbers a scope: offset and length of the InstrumentationScope, of its schema URL, number of its resource. */
  readonly scopes: Uint32Array;
  /** Four numbers a resource: offset and length of the Resource, of its schema URL. Absent is offset 0, length 0. */
  readonly resources: Uint32Array;
}

export interface SpanBatch {
  readonly signal: "traces";
  readonly count: number;
  readonly encoded: EncodedRecords;
  /** Decoded on the first call and kept. */
  readonly spans: () => readonly Span[];
}

export interface LogBatch {
  readonly signal: "logs";
  readonly count: number;
  readonly encoded: EncodedRecords;
  /** Decoded on the first call and kept. */
  readonly logRecords: () => readonly LogRecord[];
}

/** Metrics are accepted, because SDKs send all three signals by default, and only counted. */
export interface MetricBatch {
  readonly signal: "metrics";
  /** Number of data points. */
  readonly count: number;
}

export type SignalBatch = SpanBatch | LogBatch | MetricBatch;
export type Signal = SignalBatch["signal"];

/** Batches that carry OTLP bytes and decode them only when a component asks, once. */
import type { EncodedRecords, LogBatch, SpanBatch } from "../model/signal-batch.ts";
import type { LogRecord, Span } from "../model/span.ts";
import { decodeLogRecords, decodeSpans } from "./decode-records.ts";

/** Takes what `indexSpans` or `encodeSpans` made; the bytes must not change afterwards. */
export function createSpanBatch({ encoded }: { readonly encoded: EncodedRecords }): SpanBatch {
  let decoded: readonly Span[] | undefined;
  const spans = (): readonly Span[] => (decoded ??= decodeSpans(encoded));
  return { signal: "traces", count: encoded.records.length / 3, encoded, spans };
}

/** Takes what `indexLogRecords` or `encodeLogRecords` made; the bytes must not change afterwards. */
export function createLogBatch({ encoded }: { readonly encoded: EncodedRecords }): LogBatch {
  let decoded: readonly LogRecord[] | undefined;
  const logRecords = (): readonly LogRecord[] => (decoded ??= decodeLogRecords(encoded));
  return { signal: "logs", count: encoded.records.length / 3, encoded, logRecords };
}

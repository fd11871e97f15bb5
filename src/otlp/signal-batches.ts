/** Batches that carry OTLP bytes and decode them only when a component asks, once; or the other way round. */
import { PermanentError } from "../model/errors.ts";
import type { EncodedRecords, LogBatch, SignalBatch, SpanBatch } from "../model/signal-batch.ts";
import type { LogRecord, Span } from "../model/span.ts";
import { decodeLogRecords, decodeSpans } from "./decode-records.ts";
import { encodeLogRecords, encodeSpans } from "./encode-records.ts";

type Source<Content> = { readonly encoded: EncodedRecords } | Content;

const madeOfRecords = new WeakSet<SignalBatch>();

/** Whether a batch was made of records: it has no bytes until somebody asks for them, which takes its time. */
export function isDecoded(batch: SignalBatch): boolean {
  return madeOfRecords.has(batch);
}

/**
 * Takes what `indexSpans` or `encodeSpans` made (the bytes must not change afterwards), or the spans themselves, which
 * are encoded when somebody wants the bytes.
 */
export function createSpanBatch(source: Source<{ readonly spans: readonly Span[] }>): SpanBatch {
  if ("spans" in source) {
    const { spans } = source;
    const encode = once(() => orNever(() => encodeSpans(spans)));
    const batch: SpanBatch = {
      signal: "traces",
      count: spans.length,
      get encoded() {
        return encode();
      },
      spans: () => spans,
    };
    madeOfRecords.add(batch);
    return batch;
  }
  const { encoded } = source;
  return { signal: "traces", count: encoded.records.length / 3, encoded, spans: once(() => decodeSpans(encoded)) };
}

/** As createSpanBatch. */
export function createLogBatch(source: Source<{ readonly logRecords: readonly LogRecord[] }>): LogBatch {
  if ("logRecords" in source) {
    const { logRecords } = source;
    const encode = once(() => orNever(() => encodeLogRecords(logRecords)));
    const batch: LogBatch = {
      signal: "logs",
      count: logRecords.length,
      get encoded() {
        return encode();
      },
      logRecords: () => logRecords,
    };
    madeOfRecords.add(batch);
    return batch;
  }
  const { encoded } = source;
  const decode = once(() => decodeLogRecords(encoded));
  return { signal: "logs", count: encoded.records.length / 3, encoded, logRecords: decode };
}

/** Records that a processor made unacceptable (too many attributes) stay so, however often they are sent. */
function orNever(encode: () => EncodedRecords): EncodedRecords {
  try {
    return encode();
  } catch (error) {
    throw new PermanentError("What the processors left of the request cannot be encoded.", { cause: error });
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

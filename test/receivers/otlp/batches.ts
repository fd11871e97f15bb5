import type { SignalBatch, SpanBatch } from "../../../src/model/signal-batch.ts";

export function isSpanBatch(batch: SignalBatch): batch is SpanBatch {
  return batch.signal === "traces";
}

/** One export request, however it came: its body decoded, delivered, counted, and the answer's body. */
import type { Telemetry } from "../../component/component.ts";
import type { DeliveryContext, PipelineEntry } from "../../component/receiver.ts";
import { recordNames } from "../../component/record-names.ts";
import type { Signal, SignalBatch } from "../../model/signal-batch.ts";
import { encodeExportResponse } from "../../otlp/export-response.ts";
import type { HeldBytes } from "./body-budget.ts";
import type { BodyDecoder } from "./body-decoder.ts";
import type { SentBody } from "./decode-body.ts";
import { toBatch } from "./decode-request.ts";

export interface ExportRequest extends Omit<SentBody, "transport"> {
  readonly pipeline: PipelineEntry;
  readonly context: DeliveryContext;
  /** Where the body is counted, and is released by the caller; what decompressing adds to it is added. */
  readonly held: HeldBytes;
}

export interface TakeExportOptions {
  /** Of the receiver. */
  readonly id: string;
  readonly transport: "http" | "grpc";
  readonly telemetry: Telemetry;
  readonly decoder: BodyDecoder;
}

/** Resolves with the answer's body once the data is safe; rejects with what `toRefusal` makes an answer of. */
export type TakeExport = (request: ExportRequest) => Promise<Uint8Array>;

/**
 * Every record that arrived is counted once, as the collector's receivers count: accepted; refused, when the pipeline did not
 * take it; failed, when it was not valid and is left out.
 */
export function createTakeExport({ id, transport, telemetry, decoder }: TakeExportOptions): TakeExport {
  const count = (outcome: "accepted" | "refused" | "failed", signal: Signal, by: number): void => {
    if (by > 0) telemetry.count(`otelcol_receiver_${outcome}_${recordNames[signal]}`, { receiver: id, transport }, by);
  };

  return async ({ pipeline, context, held, ...sent }) => {
    const { signal, encoding } = sent;
    const sentBytes = sent.body.length;
    const decoded = await decoder.decode({ ...sent, transport });
    const { rejected, reasons, brokenTexts } = decoded;
    const batch = toBatch(decoded);
    count("failed", signal, rejected);
    if (rejected > 0) telemetry.count(`turnwise_discarded_${recordNames[signal]}`, { reason: "invalid" }, rejected);
    if (brokenTexts > 0)
      telemetry.count("turnwise_receiver_broken_texts", { receiver: id, transport, signal }, brokenTexts);
    try {
      const refusal = held.add(Math.max(0, bytesOf(batch) - sentBytes));
      if (refusal !== undefined) throw refusal;
      if (batch.count > 0) await pipeline.deliver(batch, context);
    } catch (error) {
      count("refused", signal, batch.count);
      throw error;
    }
    count("accepted", signal, batch.count);
    return encodeExportResponse(signal, rejected, reasons, encoding);
  };
}

function bytesOf(batch: SignalBatch): number {
  return batch.signal === "metrics" ? 0 : batch.encoded.bytes.length;
}

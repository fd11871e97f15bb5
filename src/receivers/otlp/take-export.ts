/** One export request, however it came: its body decoded, delivered, counted, and the answer's body. */
import type { Telemetry } from "../../component/component.ts";
import type { PipelineEntry } from "../../component/receiver.ts";
import { recordNames } from "../../component/record-names.ts";
import { PermanentError } from "../../model/errors.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { encodeExportResponse } from "../../otlp/export-response.ts";
import { MalformedError } from "../../otlp/malformed-error.ts";
import type { Encoding } from "../../otlp/rpc-status.ts";
import { decodeRequest, type ReceivedBatch } from "./decode-request.ts";
import { malformed } from "./request-refusal.ts";

export interface ExportRequest {
  readonly signal: Signal;
  readonly encoding: Encoding;
  /** Not compressed. */
  readonly body: Uint8Array;
  readonly pipeline: PipelineEntry;
  readonly project: string;
}

export interface TakeExportOptions {
  /** Of the receiver. */
  readonly id: string;
  readonly transport: "http" | "grpc";
  readonly telemetry: Telemetry;
}

/** Resolves with the answer's body once the data is safe; rejects with what `toRefusal` makes an answer of. */
export type TakeExport = (request: ExportRequest) => Promise<Uint8Array>;

/** Every record that arrived is counted once: accepted, or refused (left out of the batch, or all of it). */
export function createTakeExport({ id, transport, telemetry }: TakeExportOptions): TakeExport {
  const count = (outcome: "accepted" | "refused", signal: Signal, by: number): void => {
    if (by > 0) telemetry.count(`otelcol_receiver_${outcome}_${recordNames[signal]}`, { receiver: id, transport }, by);
  };

  return async ({ signal, encoding, body, pipeline, project }) => {
    const { batch, rejected, reasons } = decode(signal, encoding, body);
    count("refused", signal, rejected);
    try {
      if (batch.count > 0) await pipeline.deliver(batch, { project });
    } catch (error) {
      count("refused", signal, batch.count);
      throw error;
    }
    count("accepted", signal, batch.count);
    return encodeExportResponse(signal, rejected, reasons, encoding);
  };
}

function decode(signal: Signal, encoding: Encoding, body: Uint8Array): ReceivedBatch {
  try {
    return decodeRequest(signal, encoding, body);
  } catch (error) {
    if (error instanceof MalformedError) throw malformed(error.message, error);
    throw new PermanentError("The request could not be decoded.", { cause: error });
  }
}

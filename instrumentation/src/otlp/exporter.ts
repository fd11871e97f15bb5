import { setTimeout as sleep } from "node:timers/promises";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { announceUndelivered } from "./announce-undelivered.ts";
import { post } from "./post.ts";
import type { OtlpTarget } from "./target.ts";

/** How long a batch is tried again. Below the batch processor's own 30 s, which would count it as lost. */
const giveUpAfterMs = 25_000;
const firstPauseMs = 1000;
const longestPauseMs = 5000;

/** A span exporter that can hand over, at any moment, the batches that are still on their way. */
export interface OtlpExporter extends SpanExporter {
  forceFlush(): Promise<void>;
  /** From now on, batches are only kept. */
  stopSending(): void;
  /** The encoded batches that no server has taken. */
  undelivered(): readonly Uint8Array[];
}

/**
 * Sends spans over OTLP/HTTP. Instead of the SDK's exporter, because that one keeps a finished process alive for up to
 * ten seconds while it tries again, and cannot say what it has not delivered yet. The number of batches in flight is
 * bounded by the batch processor, which sends one at a time and drops spans beyond its queue.
 */
export function createOtlpExporter(target: OtlpTarget): OtlpExporter {
  const serializer = target.encoding === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const waiting = new Map<Uint8Array, Promise<void>>();
  let isSending = true;

  const send = async (payload: Uint8Array, done: (result: ExportResult) => void): Promise<void> => {
    const isDelivered = await deliver(target, payload);
    if (isSending) waiting.delete(payload);
    done({ code: isDelivered ? ExportResultCode.SUCCESS : ExportResultCode.FAILED });
  };
  const forceFlush = async (): Promise<void> => {
    await Promise.all(waiting.values());
  };
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      const payload = serializer.serializeRequest(spans);
      if (payload === undefined) done({ code: ExportResultCode.FAILED });
      else waiting.set(payload, isSending ? send(payload, done) : Promise.resolve());
    },
    forceFlush,
    shutdown: forceFlush,
    stopSending() {
      isSending = false;
    },
    undelivered: () => [...waiting.keys()],
  };
}

/** Resolves to whether the server took the batch. */
async function deliver(target: OtlpTarget, payload: Uint8Array): Promise<boolean> {
  const deadline = Date.now() + giveUpAfterMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const result = await post(target, payload);
    if (result.status === "delivered") return true;
    announceUndelivered(target, result.reason);
    if (result.status === "refused") return false;
    const waitMs = result.afterMs ?? pauseMs;
    if (Date.now() + waitMs > deadline) return false;
    await sleep(waitMs, undefined, { ref: false });
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { textIn } from "../text-in.ts";
import { announceUndelivered } from "./announce-undelivered.ts";
import { post } from "./post.ts";
import type { OtlpTarget } from "./target.ts";

/** How long a batch is tried again. Below the batch processor's own 30 s, which would count it as lost. */
const giveUpAfterMs = 25_000;
/** Servers take 64 MiB in one request, and a character may be three bytes. */
const textPerRequest = 8 * 1024 * 1024;
const firstPauseMs = 1000;
const longestPauseMs = 5000;

/** A span exporter that can hand over, at any moment, the batches that are still on their way. */
export interface OtlpExporter extends SpanExporter {
  forceFlush(): Promise<void>;
  /** From now on, batches are only encoded and kept, and spans left out as soon as there is no more time. */
  stopSending(hasTime: () => boolean): void;
  /** The encoded batches that no server has taken. */
  undelivered(): readonly Uint8Array[];
  /** Whether spans were left out. */
  isIncomplete(): boolean;
}

/**
 * Sends spans over OTLP/HTTP. Instead of the SDK's exporter, because that one keeps a finished process alive for up to
 * ten seconds while it tries again, and cannot say what it has not delivered yet. The number of batches in flight is
 * bounded by the batch processor, which sends one at a time and drops spans beyond its queue.
 */
export function createOtlpExporter(
  target: OtlpTarget,
  prepare: (span: ReadableSpan) => ReadableSpan = (span) => span,
): OtlpExporter {
  const serializer = target.encoding === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const waiting = new Map<Uint8Array, Promise<boolean>>();
  let isSending = true;
  let hasTime = (): boolean => true;
  let isIncomplete = false;

  const send = async (payload: Uint8Array): Promise<boolean> => {
    const isDelivered = await deliver(target, payload);
    if (isSending) waiting.delete(payload);
    return isDelivered;
  };
  const forceFlush = async (): Promise<void> => {
    await Promise.all(waiting.values());
  };
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      const prepared = preparedInTime(spans, prepare, hasTime);
      isIncomplete ||= prepared.length < spans.length;
      const requests = inRequests(prepared);
      const payloads = requests.flatMap((request) => serializer.serializeRequest([...request]) ?? []);
      const deliveries = payloads.map(async (payload) => {
        const delivery = isSending ? send(payload) : Promise.resolve(false);
        waiting.set(payload, delivery);
        return delivery;
      });
      if (isSending) void report(deliveries, done);
    },
    forceFlush,
    shutdown: forceFlush,
    stopSending(isTimeLeft) {
      isSending = false;
      hasTime = isTimeLeft;
    },
    undelivered: () => [...waiting.keys()],
    isIncomplete: () => isIncomplete,
  };
}

function preparedInTime(
  spans: readonly ReadableSpan[],
  prepare: (span: ReadableSpan) => ReadableSpan,
  hasTime: () => boolean,
): readonly ReadableSpan[] {
  const prepared: ReadableSpan[] = [];
  for (const span of spans) {
    if (!hasTime()) break;
    prepared.push(prepare(span));
  }
  return prepared;
}

async function report(deliveries: readonly Promise<boolean>[], done: (result: ExportResult) => void): Promise<void> {
  const isDelivered = (await Promise.all(deliveries)).every(Boolean);
  done({ code: isDelivered ? ExportResultCode.SUCCESS : ExportResultCode.FAILED });
}

/** The spans in their order, in as few requests as their size allows; a span that is too large is alone. */
function inRequests(spans: readonly ReadableSpan[]): readonly (readonly ReadableSpan[])[] {
  const requests: ReadableSpan[][] = [];
  let text = Infinity;
  for (const span of spans) {
    const own = textIn(span);
    if (text + own > textPerRequest) {
      requests.push([]);
      text = 0;
    }
    requests.at(-1)?.push(span);
    text += own;
  }
  return requests;
}

/** Resolves to whether the server took the batch. */
export async function deliver(target: OtlpTarget, payload: Uint8Array): Promise<boolean> {
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

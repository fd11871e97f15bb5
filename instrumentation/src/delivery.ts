import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createBatches } from "./batches.ts";
import { onProcessEnd } from "./exit.ts";
import { genAi } from "./gen-ai.ts";
import { textOf } from "./json.ts";
import { createMask } from "./masking/masks.ts";
import { type DeliveryOptions, exitTimeoutMsOf, masksOf, maxTextLengthOf } from "./options.ts";
import { announceUndelivered } from "./otlp/announce-undelivered.ts";
import { createOtlpExporter } from "./otlp/exporter.ts";
import { sendAtExit } from "./otlp/send-at-exit.ts";
import type { EndedSession } from "./otlp/session-end.ts";
import { createSessionEnds } from "./otlp/session-ends.ts";
import { otlpTarget } from "./otlp/target.ts";
import { createPreparation, prepareAttributes } from "./prepare-spans.ts";
import { settledWithin } from "./settled-within.ts";
import { shared } from "./shared.ts";

/** The way of spans to a server, from their end to the end of the process. */
export interface Delivery {
  readonly url: string;
  /** Takes ended spans, of any provider. */
  readonly processor: SpanProcessor;
  /** Resolves when everything so far was delivered, or after the time. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /** Tells the server, after the spans so far, that no more will come of the conversation. Never rejects. */
  endSession(session: EndedSession): Promise<void>;
  shutdown(): Promise<void>;
}

const deliveries = shared("deliveries", () => new Set<Delivery>());

export const allDeliveries = (): readonly Delivery[] => [...deliveries];

export const patienceMs = 5000;

/** `lastSpans` ends what is still open when the process ends. Throws on options that cannot be meant. */
export function startDelivery(options: DeliveryOptions, lastSpans: () => void = () => undefined): Delivery {
  const target = otlpTarget(options, process.env);
  const mask = createMask(masksOf(options.mask, process.env));
  const preparation = { mask, maxTextLength: maxTextLengthOf(options.maxTextLength, process.env) };
  const exitTimeoutMs = exitTimeoutMsOf(options.exitTimeoutMs, process.env);
  const exporter = createOtlpExporter(target, createPreparation(preparation));
  const batches = createBatches(exporter);
  const toSentId = (id: string): string | undefined =>
    textOf(prepareAttributes({ [genAi.conversationId]: id }, preparation).attributes[genAi.conversationId]);
  const sessionEnds = createSessionEnds(target, toSentId);
  const stopWatching = onProcessEnd(() => {
    const leftMs = countDown(exitTimeoutMs);
    lastSpans();
    // Masks can take their time: half of it is left for sending.
    exporter.stopSending(() => leftMs() > exitTimeoutMs / 2);
    // Hands everything queued to the exporter before it returns.
    void batches.forceFlush();
    const isDelivered = sendAtExit([{ target, payloads: exporter.undelivered() }, ...sessionEnds.unsent()], leftMs);
    if (!isDelivered || exporter.isIncomplete()) announceUndelivered(target, "when the process ended");
  });
  const flush = async (timeoutMs: number): Promise<void> => {
    await settledWithin(Promise.allSettled([batches.forceFlush(), exporter.forceFlush()]), timeoutMs);
  };
  const delivery: Delivery = {
    url: target.url,
    processor: batches,
    flush,
    async endSession(session) {
      await settledWithin(
        sessionEnds.send(session, async () => flush(patienceMs)),
        patienceMs,
      );
    },
    async shutdown() {
      deliveries.delete(delivery);
      await flush(patienceMs);
      stopWatching();
    },
  };
  deliveries.add(delivery);
  return delivery;
}

/** A function that says how much of the time is left. */
function countDown(timeMs: number): () => number {
  const end = performance.now() + timeMs;
  return () => end - performance.now();
}

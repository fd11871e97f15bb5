/**
 * One pipeline of otel-config.yaml: receivers ▶ processors ▶ exporters. The sender waits for all of it, so the result of a
 * delivery is the answer the sender gets. Source: collector `consumer/consumererror`, `service/internal/graph`.
 */
import type { Logger, Telemetry } from "../component/component.ts";
import type { Exporter } from "../component/exporter.ts";
import type { Processor } from "../component/processor.ts";
import type { PipelineEntry } from "../component/receiver.ts";
import { recordNames } from "../component/record-names.ts";
import { PermanentError, UnavailableError } from "../model/errors.ts";

export interface IngestPipelineOptions {
  readonly processors: readonly { readonly id: string; readonly processor: Processor }[];
  readonly exporters: readonly { readonly id: string; readonly exporter: Exporter }[];
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

export function createIngestPipeline({
  processors,
  exporters,
  logger,
  telemetry,
}: IngestPipelineOptions): PipelineEntry {
  return {
    admit() {
      for (const { processor } of processors) processor.admit?.();
    },
    async deliver(received, context) {
      let batch = received;
      for (const { id, processor } of processors) {
        const labels = { processor: id, otel_signal: batch.signal };
        telemetry.count("otelcol_processor_incoming_items", labels, batch.count);
        batch = await processor.process(batch, context);
        telemetry.count("otelcol_processor_outgoing_items", labels, batch.count);
      }
      if (batch.count === 0) return;
      await settleAll(
        exporters.map(async ({ id, exporter }) => {
          const count = (outcome: string) => {
            if (exporter.countsItself) return;
            telemetry.count(`otelcol_exporter_${outcome}_${recordNames[batch.signal]}`, { exporter: id }, batch.count);
          };
          try {
            await exporter.export(batch, context);
            count("sent");
          } catch (error) {
            count("send_failed");
            throw toDeliveryError(error, id, logger);
          }
        }),
      );
    },
  };
}

/** Hands every batch to all pipelines that share a receiver. Batches are not changed in place, so they need no copies. */
export function fanOut(entries: readonly PipelineEntry[]): PipelineEntry {
  return {
    admit() {
      for (const entry of entries) entry.admit();
    },
    deliver: (batch, context) => settleAll(entries.map(async (entry) => entry.deliver(batch, context))),
  };
}

/**
 * Waits for all. When some failed the whole is to be sent again, unless that can help none of them: what has arrived
 * already is not stored twice.
 */
async function settleAll(deliveries: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(deliveries);
  const errors = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof PermanentError)) ?? errors[0];
}

/** A PermanentError stays one; everything else is "try again". What nobody foresaw is logged, here and once. */
function toDeliveryError(error: unknown, exporter: string, logger: Logger): Error {
  if (error instanceof PermanentError || error instanceof UnavailableError) return error;
  logger.error({ err: error, exporter }, "an exporter failed");
  return new UnavailableError("the data could not be delivered", { cause: error });
}

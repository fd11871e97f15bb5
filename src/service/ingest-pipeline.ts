/**
 * One pipeline of otel-config.yaml: receivers ▶ processors ▶ exporters. The sender waits for all of it, so the result of a
 * delivery is the answer the sender gets. Source: collector `consumer/consumererror`, `service/internal/graph`.
 */
import type { Logger, Telemetry } from "../component/component.ts";
import type { Exporter } from "../component/exporter.ts";
import type { Processor } from "../component/processor.ts";
import type { PipelineEntry } from "../component/receiver.ts";
import { recordNames } from "../component/record-names.ts";
import { OverflowError, PermanentError, UnavailableError } from "../model/errors.ts";

export interface IngestPipelineOptions {
  readonly processors: readonly { readonly id: string; readonly processor: Processor }[];
  readonly exporters: readonly { readonly id: string; readonly exporter: Exporter }[];
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

export interface IngestPipeline extends PipelineEntry {
  /** As `deliver`; resolves with whether an exporter keeps the batch. */
  deliverAndTell(...delivery: Parameters<PipelineEntry["deliver"]>): Promise<boolean>;
}

export function createIngestPipeline(options: IngestPipelineOptions): IngestPipeline {
  const { processors, exporters, logger, telemetry } = options;
  const pipeline: IngestPipeline = {
    admit() {
      for (const { processor } of processors) processor.admit?.();
    },
    async deliver(...delivery) {
      await pipeline.deliverAndTell(...delivery);
    },
    async deliverAndTell(received, context) {
      let batch = received;
      for (const { id, processor } of processors) {
        const labels = { processor: id, otel_signal: batch.signal };
        telemetry.count("otelcol_processor_incoming_items", labels, batch.count);
        batch = await processor.process(batch, context);
        telemetry.count("otelcol_processor_outgoing_items", labels, batch.count);
      }
      if (batch.count === 0) return false;
      return settleAll(
        exporters.map(async ({ id, exporter }) => {
          const count = (outcome: string) => {
            if (exporter.countsItself) return;
            telemetry.count(`otelcol_exporter_${outcome}_${recordNames[batch.signal]}`, { exporter: id }, batch.count);
          };
          try {
            await exporter.export(batch, context);
            count("sent");
            return exporter.keeps?.(batch) ?? false;
          } catch (error) {
            count("send_failed");
            throw toDeliveryError(error, id, logger);
          }
        }),
      );
    },
  };
  return pipeline;
}

/** Hands every batch to all pipelines that share a receiver. Batches are not changed in place, so they need no copies. */
export function fanOut(pipelines: readonly IngestPipeline[]): PipelineEntry {
  return {
    admit() {
      for (const pipeline of pipelines) pipeline.admit();
    },
    async deliver(batch, context) {
      await settleAll(pipelines.map(async (pipeline) => pipeline.deliverAndTell(batch, context)));
    },
  };
}

/**
 * Waits for all, each of which says whether it keeps the data. When some failed the whole is to be sent again, unless that can
 * help none of them: what has arrived already is not stored twice. Where one keeps the data, another that has no room for it
 * is no failure: a server upstream that is away costs no sender anything (docs/decisions/009).
 */
async function settleAll(deliveries: readonly Promise<boolean>[]): Promise<boolean> {
  const results = await Promise.allSettled(deliveries);
  const isKept = results.some((result) => result.status === "fulfilled" && result.value);
  const errors = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  const failures = isKept ? errors.filter((error) => !(error instanceof OverflowError)) : errors;
  if (failures.length > 0) throw failures.find((error) => !(error instanceof PermanentError)) ?? failures[0];
  return isKept;
}

/** A PermanentError stays one; everything else is "try again". What nobody foresaw is logged, here and once. */
function toDeliveryError(error: unknown, exporter: string, logger: Logger): Error {
  if (error instanceof PermanentError || error instanceof UnavailableError) return error;
  logger.error({ err: error, exporter }, "an exporter failed");
  return new UnavailableError("the data could not be delivered", { cause: error });
}

/** An exporter that sends spans and log records on to another server. */
import { setMaxListeners } from "node:events";
import type { ComponentContext } from "../../component/component.ts";
import type { Exporter, ExporterNeeds } from "../../component/exporter.ts";
import { encodeExportRequest } from "../../otlp/encode-export-request.ts";
import { createDirectForwarding } from "./direct-forwarding.ts";
import type { Forwarding, ForwardingOptions } from "./forwarding.ts";
import type { SendingQueueConfig } from "./forwarding-config.ts";
import { createForwardingReports } from "./forwarding-reports.ts";
import { createQueuedForwarding } from "./queued-forwarding.ts";
import type { RetryConfig } from "./retry.ts";
import type { Sender } from "./sender.ts";

export interface ForwarderOptions {
  readonly sender: Sender;
  /** Undefined: without a queue. */
  readonly sending_queue: SendingQueueConfig | undefined;
  readonly retry_on_failure: RetryConfig;
}

/** How long a sender is kept waiting while its data is sent again and again. */
const LONGEST_DIRECT_MS = 300_000;
/** At a shutdown, attempts under way may take so long; what they did not bring over stays in the queue. */
const GRACE_MS = 5000;

export function createForwarder(options: ForwarderOptions, context: ComponentContext & ExporterNeeds): Exporter {
  const { sender, sending_queue, retry_on_failure } = options;
  const { id, logger, telemetry } = context;
  const reports = createForwardingReports({ id, logger, telemetry });
  const cut = new AbortController();
  setMaxListeners(0, cut.signal); // one an attempt
  let inFlight = 0;
  telemetry.gauge("otelcol_exporter_in_flight_requests", () => inFlight, { exporter: id });

  const attempt: ForwardingOptions["attempt"] = async (request) => {
    inFlight += 1;
    try {
      return await sender.send(request, cut.signal);
    } finally {
      inFlight -= 1;
    }
  };
  const longest = sending_queue === undefined ? LONGEST_DIRECT_MS : 0;
  const policy = { ...retry_on_failure, max_elapsed_time: retry_on_failure.max_elapsed_time ?? longest };
  const forwarding = createForwarding(sending_queue, { policy, attempt, reports }, context);

  return {
    countsItself: true,
    async start() {
      await sender.start();
      await forwarding.start?.();
    },
    async export(batch, { project }) {
      if (batch.signal === "metrics") return reports.metricsNotSent(batch.count);
      const { signal, count, encoded } = batch;
      await forwarding.take({ project, signal, count, bytes: encodeExportRequest(encoded) });
    },
    async shutdown(hurry) {
      const cutOff = (): void => cut.abort();
      const timer = setTimeout(cutOff, GRACE_MS);
      hurry?.addEventListener("abort", cutOff);
      if (hurry?.aborted) cutOff();
      await forwarding.stop();
      clearTimeout(timer);
      hurry?.removeEventListener("abort", cutOff);
      sender.close();
    },
  };
}

function createForwarding(
  config: SendingQueueConfig | undefined,
  options: ForwardingOptions,
  { id, storeOf, telemetry }: ComponentContext & ExporterNeeds,
): Forwarding {
  if (config === undefined) return createDirectForwarding(options);
  const forwarding = createQueuedForwarding({ ...options, config, queue: storeOf(config.store).sendingQueueOf(id) });
  telemetry.gauge("otelcol_exporter_queue_size", forwarding.waiting, { exporter: id });
  telemetry.gauge("otelcol_exporter_queue_capacity", () => config.queue_size, { exporter: id });
  return forwarding;
}

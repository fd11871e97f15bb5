/** What a forwarder says of itself: the collector's counters, and log lines that do not repeat themselves without end. */
import type { Logger, Telemetry } from "../../component/component.ts";
import { recordNames } from "../../component/record-names.ts";
import type { QueuedItem } from "../../component/sending-queue.ts";
import { OverflowError } from "../../model/errors.ts";
import type { Signal } from "../../model/signal-batch.ts";
import type { PartialSuccess } from "../../otlp/decode-export-response.ts";
import type { SendError } from "./sender.ts";

/** Who failed says so once in this time; what happened meanwhile is counted. */
const WINDOW_MS = 30_000;
/** Of what the server upstream says. */
const LONGEST_QUOTE = 200;

export interface ForwardingReportsOptions {
  /** Of the exporter. */
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

const parkedMessage = "a queued request is not sent on and was set aside; see it with: turnwise queue list";

interface Records {
  readonly signal: Signal;
  readonly count: number;
}

export type ForwardingReports = ReturnType<typeof createForwardingReports>;

export function createForwardingReports({ id, logger, telemetry }: ForwardingReportsOptions) {
  const labels = { exporter: id };
  const windows = new Map<string, { readonly openedAt: number; unlogged: number }>();

  function count(outcome: "sent" | "send_failed" | "enqueue_failed", signal: Signal, by: number): void {
    if (by > 0) telemetry.count(`otelcol_exporter_${outcome}_${recordNames[signal]}`, labels, by);
  }

  /** Logs the first line of a kind in a window of time, with the number of those that were left out since the last one. */
  function log(level: "warn" | "error", message: string, fields: object = {}, windowMs = WINDOW_MS): void {
    const window = windows.get(message);
    if (window !== undefined && performance.now() - window.openedAt < windowMs) {
      window.unlogged += 1;
      return;
    }
    const unlogged = window?.unlogged ?? 0;
    windows.set(message, { openedAt: performance.now(), unlogged: 0 });
    logger[level]({ ...labels, ...fields, ...(unlogged > 0 ? { unlogged } : {}) }, message);
  }

  function countParked({ signal, count: total }: Records): void {
    count("send_failed", signal, total);
    telemetry.count("turnwise_exporter_parked_requests", labels, 1);
  }

  const detailsOf = ({ message, upstreamMessage }: SendError) => ({
    reason: message,
    ...(upstreamMessage === "" ? {} : { upstream: upstreamMessage.slice(0, LONGEST_QUOTE) }),
  });

  return {
    /** What had no room in the queue is never sent on where its sender is not told to send it again. */
    notQueued({ signal, count: total }: Records, error: unknown): void {
      count("enqueue_failed", signal, total);
      if (error instanceof OverflowError)
        log("error", "the sending queue is full: records are not sent on; see queue_size and block_on_overflow", {
          signal,
          count: total,
        });
    },

    /** The server keeps what it did not reject, and wants the rest no more (specification, "Partial Success"). */
    sent({ signal, count: total }: Records, { rejected, message }: PartialSuccess): void {
      const refused = Math.min(Math.max(0, Math.trunc(rejected)), total);
      count("sent", signal, total - refused);
      count("send_failed", signal, refused);
      if (refused > 0 || message !== "")
        log("warn", "the server upstream took a request with reservations", {
          rejected: refused,
          upstream: message.slice(0, LONGEST_QUOTE),
        });
    },

    retrying(error: SendError): void {
      log("warn", "cannot send now; will try again", detailsOf(error));
    },

    gaveUp({ signal, count: total }: Records, error: SendError, attempts: number): void {
      count("send_failed", signal, total);
      log("error", "gave up a request: its records are not sent on", {
        ...detailsOf(error),
        signal,
        count: total,
        attempts,
      });
    },

    /** The server upstream does not want it; where it refuses everything, that is one line a while. */
    refused({ id: item, ...request }: QueuedItem, error: SendError): void {
      countParked(request);
      log("error", parkedMessage, { ...detailsOf(error), item, signal: request.signal, count: request.count });
    },

    /** Each is logged: a person has to look at it. */
    parked({ id: item, signal, count: total }: QueuedItem, reason: string): void {
      countParked({ signal, count: total });
      logger.error({ ...labels, item, signal, count: total, reason }, parkedMessage);
    },

    queueTrouble(error: unknown): void {
      log("error", "the sending queue cannot be used now; will try again", { err: error });
    },

    /** The pipeline only counts metrics: there is nothing to send. */
    metricsNotSent(total: number): void {
      count("send_failed", "metrics", total);
      log("warn", "metrics are counted and not sent on", {}, Infinity);
    },
  };
}

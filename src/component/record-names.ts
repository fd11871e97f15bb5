import type { Signal } from "../model/signal-batch.ts";

/** What the collector calls the records of a signal in the names of its telemetry: `otelcol_receiver_accepted_spans`. */
export const recordNames: Readonly<Record<Signal, string>> = {
  traces: "spans",
  logs: "log_records",
  metrics: "metric_points",
};

/** Counts export requests by what became of them, as the collector's receivers do, and the refused ones by the reason. */
import type { Telemetry } from "../../component/component.ts";
import type { RequestRefusal } from "./request-refusal.ts";

export interface CountRequestsOptions {
  /** Of the receiver. */
  readonly id: string;
  readonly transport: "http" | "grpc";
  readonly telemetry: Telemetry;
}

/** Called once a request: without a reason when it was taken. `aborted`: the sender went away. */
export type CountRequest = (reason?: RequestRefusal | "aborted") => void;

export function createCountRequests({ id, transport, telemetry }: CountRequestsOptions): CountRequest {
  const labels = { receiver: id, transport };
  return (reason) => {
    telemetry.count("otelcol_receiver_requests", { ...labels, outcome: outcomeOf(reason) }, 1);
    if (reason === undefined) return;
    const shown = reason === "aborted" ? reason : reason.reason;
    telemetry.count("turnwise_receiver_refused_requests", { ...labels, reason: shown }, 1);
  };
}

/** Refused is what the sender is to send again. */
function outcomeOf(reason: RequestRefusal | "aborted" | undefined): "success" | "refused" | "failure" {
  if (reason === undefined) return "success";
  return reason !== "aborted" && reason.retryAfterSeconds !== undefined ? "refused" : "failure";
}

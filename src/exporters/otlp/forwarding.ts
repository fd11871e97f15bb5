import type { QueuedRequest } from "../../component/sending-queue.ts";
import type { PartialSuccess } from "../../otlp/decode-export-response.ts";
import type { ForwardingReports } from "./forwarding-reports.ts";
import type { RetryPolicy } from "./retry.ts";
import type { OutgoingRequest } from "./sender.ts";

/** How requests are brought to the server upstream: at once, or through a queue. */
export interface Forwarding {
  start?(): Promise<void>;
  /** Resolves when the request is safe: on disk, or upstream. Throws UnavailableError or PermanentError. */
  take(request: QueuedRequest): Promise<void>;
  /** Begins no further attempt, and resolves when those under way are over. */
  stop(): Promise<void>;
}

export interface ForwardingOptions {
  readonly policy: RetryPolicy;
  /** One attempt; rejects with a SendError, or with something else when the request cannot even be put into the server's form. */
  readonly attempt: (request: OutgoingRequest) => Promise<PartialSuccess>;
  readonly reports: ForwardingReports;
}

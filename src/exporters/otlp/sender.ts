import type { QueuedRequest } from "../../component/sending-queue.ts";
import type { PartialSuccess } from "../../otlp/decode-export-response.ts";

export type OutgoingRequest = Pick<QueuedRequest, "project" | "signal" | "bytes">;

/** A way to a server upstream, whatever the protocol. It makes one attempt; whether to make another is its caller's business. */
export interface Sender {
  /** Reads the files it needs. Rejects with a StartError when that cannot be. */
  start(): Promise<void>;
  /** Resolves when the server has taken the request; rejects with a SendError. `cut` ends the attempt. */
  send(request: OutgoingRequest, cut: AbortSignal): Promise<PartialSuccess>;
  close(): void;
}

export interface SendErrorOptions extends ErrorOptions {
  /** Another attempt may succeed (specification, "Failures"). */
  readonly retryable: boolean;
  /** When the server asks to be tried again. */
  readonly retryAfterMs?: number | undefined;
  /** What the server says about it. Not ours: never a part of a message. */
  readonly upstreamMessage?: string;
}

/** The server upstream has not taken a request, or has not said that it has. */
export class SendError extends Error {
  override readonly name = "SendError";
  readonly retryable: boolean;
  readonly retryAfterMs: number;
  readonly upstreamMessage: string;
  constructor(message: string, { retryable, retryAfterMs = 0, upstreamMessage = "", ...options }: SendErrorOptions) {
    super(message, options);
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.upstreamMessage = upstreamMessage;
  }
}

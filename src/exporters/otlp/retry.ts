/** Tries again what failed for the moment. Rules and defaults: collector `exporterhelper/internal/retry_sender.go`. */
import type { z } from "zod";
import type { PartialSuccess } from "../../otlp/decode-export-response.ts";
import type { retryOnFailure } from "./forwarding-config.ts";
import { SendError } from "./sender.ts";

export type RetryConfig = z.infer<typeof retryOnFailure>;
export type RetryPolicy = RetryConfig & { readonly max_elapsed_time: number };

export type Outcome =
  | { readonly status: "sent"; readonly partialSuccess: PartialSuccess }
  /** For good: the server does not want it, or the time is up. */
  | { readonly status: "failed"; readonly error: SendError }
  /** Told to stop before it was over. */
  | { readonly status: "stopped" };

export interface RetryOptions {
  readonly policy: RetryPolicy;
  /** Rejects with a SendError; anything else ends it all. */
  readonly attempt: () => Promise<PartialSuccess>;
  /** Called after each attempt that will be followed by another. */
  readonly onRetry: (error: SendError) => Promise<void>;
  readonly stopping: AbortSignal;
}

/** A server that asks for more is asked again after an hour. */
const LONGEST_WAIT_MS = 3_600_000;

export async function sendWithRetry({ policy, attempt, onRetry, stopping }: RetryOptions): Promise<Outcome> {
  const startedAt = performance.now();
  for (let intervalMs = policy.initial_interval; ; intervalMs = nextInterval(intervalMs, policy)) {
    try {
      return { status: "sent", partialSuccess: await attempt() };
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      if (!error.retryable) return { status: "failed", error };
      if (stopping.aborted) return { status: "stopped" };
      if (!policy.enabled) return { status: "failed", error };
      const waitMs = Math.min(Math.max(drawn(intervalMs, policy), error.retryAfterMs), LONGEST_WAIT_MS);
      const elapsedMs = performance.now() - startedAt + waitMs;
      if (policy.max_elapsed_time > 0 && elapsedMs > policy.max_elapsed_time) return { status: "failed", error };
      await onRetry(error);
      await pause(waitMs, stopping);
      if (stopping.aborted) return { status: "stopped" };
    }
  }
}

function nextInterval(intervalMs: number, { multiplier, max_interval }: RetryPolicy): number {
  return Math.min(intervalMs * multiplier, max_interval);
}

/** So that senders that failed together do not return together. */
function drawn(intervalMs: number, { randomization_factor }: RetryPolicy): number {
  return intervalMs * (1 + randomization_factor * (2 * Math.random() - 1));
}

/** Resolves after that time, or at once when told to stop. */
export async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopping.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopping.addEventListener("abort", end);
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { allDeliveries } from "./delivery.ts";
import { currentTracing } from "./tracing.ts";

/** Resolves when everything recorded so far was delivered, or after `timeoutMs` (default 5000). Never rejects. */
export async function flush(timeoutMs = 5000): Promise<void> {
  await Promise.all(allDeliveries().map(async (delivery) => delivery.flush(timeoutMs)));
}

/** Resolves when the calls that are going on now have ended (a streamed answer outlives its handler), or after the time. */
export async function openCallsEnded(timeoutMs: number): Promise<void> {
  const { openSpans } = currentTracing() ?? {};
  const open = [...(openSpans ?? [])];
  const deadline = performance.now() + timeoutMs;
  while (open.some((call) => openSpans?.has(call)) && performance.now() < deadline) await sleep(50);
}

import { currentTracing } from "./tracing.ts";

export { instrument } from "./instrument.ts";
export type { InstrumentOptions } from "./options.ts";
export { withSession, withUser } from "./scope.ts";
export { tool } from "./tool.ts";
export { withAgent } from "./with-agent.ts";

/** Resolves when everything recorded so far was delivered, or after `timeoutMs` (default 5000). Never rejects. */
export async function flush(timeoutMs = 5000): Promise<void> {
  await currentTracing()?.flush(timeoutMs);
}

/** Stops recording and delivers what is left, waiting up to 5 s for it. The libraries work on, unobserved. */
export async function shutdown(): Promise<void> {
  await currentTracing()?.shutdown();
}

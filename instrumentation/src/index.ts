import { allDeliveries } from "./delivery.ts";
import { currentTracing } from "./tracing.ts";

export { endSession } from "./end-session.ts";
export { flush } from "./flush.ts";
export { flushAfter } from "./flush-after.ts";
export { instrument, instrumentModules } from "./instrument.ts";
export type { Mask, TextPlace } from "./masking/mask.ts";
export type { MaskPreset } from "./masking/masks.ts";
export type { DeliveryOptions, InstrumentOptions } from "./options.ts";
export { withSession, withUser } from "./with-session.ts";
export { turnwiseSpanProcessor } from "./span-processor.ts";
export { tool } from "./tool.ts";
export { startTurn } from "./turn.ts";
export type { Turn } from "./turn.ts";
export { withAgent } from "./with-agent.ts";
export { withGuards } from "./with-guards.ts";

/** Stops recording and delivers what is left, waiting up to 5 s for it. The libraries work on, unobserved. */
export async function shutdown(): Promise<void> {
  await currentTracing()?.shutdown();
  await Promise.all(allDeliveries().map(async (delivery) => delivery.shutdown()));
}

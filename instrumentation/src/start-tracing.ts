import { type Delivery, startDelivery } from "./delivery.ts";
import { setGuards } from "./guard-run.ts";
import { capturesContent, type InstrumentOptions } from "./options.ts";
import { createProvider } from "./provider.ts";
import { setRecording } from "./recording-copy.ts";
import { setTracing } from "./tracing.ts";
import { version } from "./version.ts";

/** Starts what records and sends spans, but patches nothing. Returns where they go. Throws on options that cannot be meant. */
export function startTracing(options: InstrumentOptions): Delivery {
  const openSpans = new Set<() => void>();
  const delivery = startDelivery(options, () => {
    for (const abandon of openSpans) abandon();
  });
  const provider = createProvider(delivery.processor, options.serviceName);
  setGuards(options.guards ?? []);
  setTracing({
    tracer: provider.getTracer("@turnwise/instrumentation", version),
    captureContent: capturesContent(options.captureContent, process.env),
    openSpans,
    delivery,
    async shutdown() {
      setRecording(false);
      setTracing(undefined);
      setGuards([]);
      await delivery.shutdown();
    },
  });
  setRecording(true);
  return delivery;
}

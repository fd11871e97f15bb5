/** A processor made from a configuration as the server makes it, and what it does to records. */
import type { DeliveryContext } from "../../src/component/receiver.ts";
import type { ProcessorFactory } from "../../src/component/processor.ts";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

export function createProcessor<Config>(factory: ProcessorFactory<Config>, config: unknown) {
  const telemetry = createTelemetry();
  const context = { id: factory.type, logger: recordingLogger(), telemetry };
  const processor = factory.create(factory.configSchema.parse(config), context);
  const project: DeliveryContext = { project: "default" };
  return {
    processor,
    spans: async (spans: readonly Span[], delivery = project): Promise<readonly Span[]> => {
      const batch = await processor.process(createSpanBatch({ spans }), delivery);
      return batch.signal === "traces" ? batch.spans() : [];
    },
    logRecords: async (logRecords: readonly LogRecord[], delivery = project): Promise<readonly LogRecord[]> => {
      const batch = await processor.process(createLogBatch({ logRecords }), delivery);
      return batch.signal === "logs" ? batch.logRecords() : [];
    },
    /** Lines of the server's numbers that begin so. */
    numbers: (name: string): readonly string[] =>
      telemetry
        .show()
        .split("\n")
        .filter((line) => line.startsWith(name)),
  };
}

/** What is wrong with a configuration, with its path. */
export function problemsOf<Config>(factory: ProcessorFactory<Config>, config: unknown): readonly string[] {
  const issues = factory.configSchema.safeParse(config).error?.issues ?? [];
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join("::")}: ${message}`));
}

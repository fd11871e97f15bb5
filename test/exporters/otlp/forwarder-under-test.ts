/** A real forwarder over a real store, and short ways to use it. */
import { onTestFinished } from "vitest";
import type { Exporter, ExporterFactory } from "../../../src/component/exporter.ts";
import type { SendingQueue } from "../../../src/component/sending-queue.ts";
import type { Authenticator } from "../../../src/component/extension.ts";
import { otlpHttpExporter } from "../../../src/exporters/otlp-http.ts";
import type { LogRecord, Span } from "../../../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../../../src/otlp/encode-records.ts";
import { createLogBatch, createSpanBatch } from "../../../src/otlp/signal-batches.ts";
import { createTelemetry } from "../../../src/service/telemetry.ts";
import { noNeeds } from "../../support/no-needs.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { spanWith } from "../../support/records.ts";
import { startTestStore, type TestStore } from "../../support/sqlite-store.ts";

const id = "otlp/up";

/** Waits that tests can wait for. */
export const quick = { initial_interval: "10ms", max_interval: "20ms" };
export const withoutQueue = { sending_queue: { enabled: false } };

export interface ForwarderOptions {
  readonly config: object;
  readonly factory?: ExporterFactory;
  readonly store?: TestStore;
  readonly authenticator?: Partial<Authenticator>;
}

export interface RunningForwarder {
  readonly exporter: Exporter;
  readonly store: TestStore | undefined;
  /** Of a forwarder that has one. */
  readonly queue: SendingQueue;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly send: (...spans: readonly Span[]) => Promise<void>;
  readonly sendLogs: (...records: readonly LogRecord[]) => Promise<void>;
  /** The value of a counter or gauge of this exporter; the name without `otelcol_exporter_`. */
  readonly metric: (name: string) => number;
  readonly until: (isDone: () => boolean) => Promise<void>;
}

/** Starts the exporter; with the queue configured (as it is by default) over a store of its own, unless one is given. */
export async function startForwarder(options: ForwarderOptions): Promise<RunningForwarder> {
  const { config, factory = otlpHttpExporter as ExporterFactory, authenticator } = options;
  const parsed = factory.configSchema.parse(config);
  const hasQueue = (parsed as { sending_queue?: object }).sending_queue !== undefined;
  const store = options.store ?? (hasQueue ? await startTestStore() : undefined);
  if (store !== undefined && options.store === undefined) onTestFinished(() => store.destroy());
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  const exporter = factory.create(parsed, {
    ...noNeeds,
    id,
    logger,
    telemetry,
    storeOf: () => store!.store,
    authenticatorOf: () => authenticator as Authenticator,
  });
  await exporter.start?.();
  onTestFinished(async () => exporter.shutdown?.(AbortSignal.abort()));
  return {
    exporter,
    store,
    logger,
    queue: store?.store.sendingQueueOf(id) as SendingQueue,
    send: async (...spans) =>
      exporter.export(createSpanBatch({ encoded: encodeSpans(spans.length > 0 ? spans : [spanWith({})]) }), {
        project: "default",
      }),
    sendLogs: async (...records) =>
      exporter.export(createLogBatch({ encoded: encodeLogRecords(records) }), { project: "default" }),
    metric: (name) => valueOf(telemetry.show(), `otelcol_exporter_${name}{exporter="${id}"}`),
    until,
  };
}

function valueOf(shown: string, series: string): number {
  const line = shown.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? 0);
}

/** Resolves when it holds; fails after 10 s. */
export async function until(isDone: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!isDone()) {
    if (Date.now() > giveUpAt) throw new Error("it did not come to that");
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

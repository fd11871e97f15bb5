/** A real OTLP receiver on free ports whose pipelines keep what they are given, and fail when they are told to. */
import type { z } from "zod";
import type { AuthenticatorOf } from "../../src/component/extension.ts";
import type { DeliveryContext, PipelineEntry } from "../../src/component/receiver.ts";
import type { Signal, SignalBatch } from "../../src/model/signal-batch.ts";
import { otlpReceiver } from "../../src/receivers/otlp/otlp-receiver.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { noNeeds } from "./no-needs.ts";
import { recordingLogger } from "./recording-logger.ts";

export interface ReceiverOptions {
  /** The `http` block of the configuration. */
  readonly http?: Readonly<Record<string, unknown>>;
  /** The `grpc` block; without it nothing listens for gRPC. */
  readonly grpc?: Readonly<Record<string, unknown>>;
  readonly signals?: readonly Signal[];
  readonly admit?: () => void;
  readonly deliver?: (batch: SignalBatch, context: DeliveryContext) => Promise<void>;
  readonly authenticatorOf?: AuthenticatorOf;
}

export interface OpenReceiver {
  readonly url: string;
  readonly port: number;
  /** `host:port`; empty when nothing listens for gRPC. */
  readonly grpcAddress: string;
  readonly delivered: readonly SignalBatch[];
  /** What came with the batches, one for each. */
  readonly contexts: readonly DeliveryContext[];
  readonly telemetry: ReturnType<typeof createTelemetry>;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly shutdown: () => Promise<void>;
  /** Forgets what was delivered. */
  readonly clear: () => void;
}

const ANY_PORT = { endpoint: "127.0.0.1:0" };

export async function openReceiver(options: ReceiverOptions = {}): Promise<OpenReceiver> {
  const { http = {}, grpc, signals = ["traces", "logs", "metrics"], admit = () => undefined } = options;
  const delivered: SignalBatch[] = [];
  const contexts: DeliveryContext[] = [];
  const telemetry = createTelemetry();
  const logger = recordingLogger();
  const pipeline: PipelineEntry = {
    admit,
    async deliver(batch, context) {
      await options.deliver?.(batch, context);
      delivered.push(batch);
      contexts.push(context);
    },
  };
  const pipelines = Object.fromEntries(signals.map((signal) => [signal, pipeline]));
  const protocols = {
    http: { ...ANY_PORT, ...http },
    ...(grpc === undefined ? {} : { grpc: { ...ANY_PORT, ...grpc } }),
  };
  const { authenticatorOf = noNeeds.authenticatorOf } = options;
  const needs = { ...noNeeds, pipelines, authenticatorOf };
  const receiver = otlpReceiver.create(parseConfig({ protocols }), { id: "otlp", logger, telemetry, ...needs });
  await receiver.start?.();
  const urls = receiver.urls?.() ?? [];
  const url = urls.find((candidate) => candidate.startsWith("http")) ?? "";
  return {
    url,
    port: Number(new URL(url).port),
    grpcAddress: urls.find((candidate) => candidate.startsWith("grpc"))?.replace(/^grpcs?:\/\//, "") ?? "",
    delivered,
    contexts,
    telemetry,
    logger,
    shutdown: async () => receiver.shutdown?.(),
    clear() {
      delivered.length = 0;
      contexts.length = 0;
    },
  };
}

export function parseConfig(config: unknown): z.infer<typeof otlpReceiver.configSchema> {
  return otlpReceiver.configSchema.parse(config);
}

/** The value of one of the receiver's counters. */
export function counterOf({ telemetry }: Pick<OpenReceiver, "telemetry">, name: string, labels: string): number {
  const line = telemetry
    .show()
    .split("\n")
    .find((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return Number(line?.split(" ").at(-1) ?? 0);
}

/** A real receiver on a free port whose pipelines keep what they are given, and a client. */
import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import type { z } from "zod";
import type { PipelineEntry } from "../../../src/component/receiver.ts";
import type { Signal, SignalBatch } from "../../../src/model/signal-batch.ts";
import { otlpReceiver } from "../../../src/receivers/otlp/otlp-receiver.ts";
import { createTelemetry } from "../../../src/service/telemetry.ts";
import { noNeeds } from "../../support/no-needs.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

export interface ReceiverOptions {
  /** The `http` block of the configuration. */
  readonly http?: Readonly<Record<string, unknown>>;
  readonly signals?: readonly Signal[];
  readonly admit?: () => void;
  readonly deliver?: (batch: SignalBatch) => Promise<void>;
}

export interface RunningReceiver {
  readonly url: string;
  readonly port: number;
  readonly delivered: readonly SignalBatch[];
  readonly telemetry: ReturnType<typeof createTelemetry>;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly shutdown: () => Promise<void>;
}

export async function startReceiver(options: ReceiverOptions = {}): Promise<RunningReceiver> {
  const { http = {}, signals = ["traces", "logs", "metrics"], admit = () => undefined } = options;
  const delivered: SignalBatch[] = [];
  const telemetry = createTelemetry();
  const logger = recordingLogger();
  const pipeline: PipelineEntry = {
    admit,
    async deliver(batch) {
      await options.deliver?.(batch);
      delivered.push(batch);
    },
  };
  const pipelines = Object.fromEntries(signals.map((signal) => [signal, pipeline]));
  const config = parseConfig({ protocols: { http: { endpoint: "127.0.0.1:0", ...http } } });
  const receiver = otlpReceiver.create(config, { id: "otlp", logger, telemetry, pipelines, ...noNeeds });
  await receiver.start?.();
  const shutdown = async (): Promise<void> => receiver.shutdown?.();
  onTestFinished(shutdown);
  const [url = ""] = receiver.urls?.() ?? [];
  return { url, port: Number(new URL(url).port), delivered, telemetry, logger, shutdown };
}

export function parseConfig(config: unknown): z.infer<typeof otlpReceiver.configSchema> {
  return otlpReceiver.configSchema.parse(config);
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string;
  /** Without a Content-Length, in pieces of this size. */
  readonly pieceSize?: number;
}

export const PROTOBUF = { "content-type": "application/x-protobuf" };
export const JSON_TYPE = { "content-type": "application/json" };

export async function send(
  { port }: { readonly port: number },
  { method = "POST", path = "/v1/traces", headers = PROTOBUF, body = "", pieceSize }: Sending = {},
): Promise<Answer> {
  const bytes = Buffer.from(body);
  const length = pieceSize === undefined && method !== "GET" ? { "content-length": bytes.length } : {};
  const request = httpRequest({ host: "127.0.0.1", port, method, path, headers: { ...length, ...headers } });
  const answered = new Promise<Answer>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
  });
  if (pieceSize === undefined) request.end(bytes);
  else {
    for (let at = 0; at < bytes.length && !request.destroyed; at += pieceSize)
      if (!request.write(bytes.subarray(at, at + pieceSize))) await Promise.race([once(request, "drain"), answered]);
    request.end();
  }
  return answered;
}

/** Sends bytes as they are over a socket and returns everything that comes back until the connection ends or is quiet. */
export async function sendRaw(
  { port }: { readonly port: number },
  bytes: Uint8Array | string,
  quietMs = 300,
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    socket.setTimeout(quietMs);
  });
  socket.on("error", () => undefined);
  socket.setTimeout(quietMs * 10);
  socket.on("timeout", () => socket.destroy());
  socket.write(bytes);
  await once(socket, "close");
  return received;
}

/** The value of one of the receiver's counters. */
export function counterOf({ telemetry }: RunningReceiver, name: string, labels: string): number {
  const line = telemetry
    .show()
    .split("\n")
    .find((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return Number(line?.split(" ").at(-1) ?? 0);
}

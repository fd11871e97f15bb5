/** Sends spans and log records on over OTLP/gRPC. Options as those of the collector's `otlpexporter`. */
import { z } from "zod";
import { duration, withoutEffect } from "../component/config-schemas.ts";
import type { ExporterFactory } from "../component/exporter.ts";
import { clientTls, readClientTls } from "./otlp/client-tls.ts";
import { createForwarder } from "./otlp/forwarder.ts";
import {
  attemptTimeout,
  auth,
  compression,
  headers,
  retryOnFailure,
  sendingQueue,
  unusedByForwarders,
} from "./otlp/forwarding-config.ts";
import type { GrpcSenderOptions } from "./otlp/grpc-sender.ts";
import { requestHeaders } from "./otlp/request-headers.ts";
import { type Sender, SendError } from "./otlp/sender.ts";

/** `host:port`; with `http://` in front of it without TLS, with `https://` with TLS, whatever `tls::insecure` says; `dns:///` says nothing. */
const endpointPattern = /^(?:(https?):\/\/|dns:\/\/\/)?((?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]@]+):\d{1,5})\/?$/;

/** How often a silent server is asked whether it is still there, and how long its answer may take. */
const keepalive = z.strictObject({
  time: duration.prefault("10s"),
  timeout: duration.prefault("10s"),
  permit_without_stream: z.boolean().default(false),
});

const configSchema = z.strictObject({
  endpoint: z.string().regex(endpointPattern, { error: 'must be an address such as "otel.example.com:4317"' }),
  compression,
  headers,
  auth,
  tls: clientTls,
  timeout: attemptTimeout.prefault("5s"),
  sending_queue: sendingQueue,
  retry_on_failure: retryOnFailure,
  keepalive: z.preprocess((part) => (part === null ? {} : part), keepalive.optional()),
  /** The name that requests are for, where it is not that of the endpoint. */
  authority: z.string().min(1).optional(),
  balancer_name: withoutEffect("one connection is used, to the first address that answers"),
  wait_for_ready: withoutEffect("what cannot be sent now is sent again"),
  ...unusedByForwarders,
});

export const otlpGrpcExporter: ExporterFactory<z.infer<typeof configSchema>> = {
  type: "otlp_grpc",
  description: "Sends spans and log records on to another OTLP receiver, over gRPC.",
  configSchema,
  create(config, context) {
    const [, scheme, target = ""] = endpointPattern.exec(config.endpoint) ?? [];
    const sender = createGrpcSender({
      target,
      isPlaintext: scheme === undefined ? config.tls.insecure : scheme === "http",
      compression: config.compression,
      timeoutMs: config.timeout,
      keepalive: config.keepalive,
      authority: config.authority,
      headers: requestHeaders(config, context.authenticatorOf),
      readTls: () => readClientTls(config.tls, `exporters::${context.id}::tls`),
    });
    return createForwarder({ ...config, sender }, context);
  },
};

/** The library for gRPC is two hundred modules: they are read when something is sent with them, not at every server's start. */
function createGrpcSender(options: GrpcSenderOptions): Sender {
  let sender: Pick<Sender, "send" | "close"> | undefined;
  return {
    async start() {
      const { connectGrpcSender } = await import("./otlp/grpc-sender.ts");
      sender = connectGrpcSender(options);
    },
    async send(request, cut) {
      if (sender === undefined) throw new SendError("it is not running", { retryable: true });
      return sender.send(request, cut);
    },
    close() {
      sender?.close();
    },
  };
}

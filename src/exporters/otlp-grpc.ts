/** Sends spans and log records on over OTLP/gRPC. Options as those of the collector's `otlpexporter`. */
import { z } from "zod";
import type { ExporterFactory } from "../component/exporter.ts";
import { readClientTls } from "./otlp/client-tls.ts";
import { createForwarder } from "./otlp/forwarder.ts";
import {
  attemptTimeout,
  auth,
  clientTls,
  compression,
  headers,
  retryOnFailure,
  sendingQueue,
} from "./otlp/forwarding-config.ts";
import { createGrpcSender } from "./otlp/grpc-sender.ts";
import { requestHeaders } from "./otlp/request-headers.ts";

/** `host:port`; with `http://` in front of it without TLS, with `https://` with TLS, whatever `tls::insecure` says. */
const endpointPattern = /^(?:(https?):\/\/)?((?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]@]+):\d{1,5})\/?$/;

const configSchema = z.strictObject({
  endpoint: z.string().regex(endpointPattern, { error: 'must be an address such as "otel.example.com:4317"' }),
  compression,
  headers,
  auth,
  tls: clientTls,
  timeout: attemptTimeout.prefault("5s"),
  sending_queue: sendingQueue,
  retry_on_failure: retryOnFailure,
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
      headers: requestHeaders(config, context.authenticatorOf),
      readTls: () => readClientTls(config.tls, `exporters::${context.id}::tls`),
    });
    return createForwarder({ ...config, sender }, context);
  },
};

/** Sends spans and log records on over OTLP/HTTP. Options as those of the collector's `otlphttpexporter`. */
import { z } from "zod";
import { withoutEffect } from "../component/config-schemas.ts";
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
import { createHttpSender } from "./otlp/http-sender.ts";
import { requestHeaders } from "./otlp/request-headers.ts";

/** Credentials in a URL would show wherever it is shown. */
const isPlainHttpUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
};

const url = z.string().refine(isPlainHttpUrl, {
  error: 'must be a URL such as "https://otel.example.com:4318", without user and password',
});

const pooled = withoutEffect("Node keeps as many connections as there are requests under way");

/** The collector's settings of its HTTP client. */
const unusedOverHttp = {
  metrics_endpoint: withoutEffect("metrics are counted and not sent on"),
  profiles_endpoint: withoutEffect("there are no profiles here"),
  compression_params: withoutEffect("Node's level of compression is used"),
  max_idle_conns: pooled,
  max_idle_conns_per_host: pooled,
  max_conns_per_host: pooled,
  idle_conn_timeout: pooled,
  disable_keep_alives: pooled,
  http2_read_idle_timeout: withoutEffect("requests go over HTTP/1.1"),
  http2_ping_timeout: withoutEffect("requests go over HTTP/1.1"),
  force_attempt_http2: withoutEffect("requests go over HTTP/1.1"),
  cookies: withoutEffect("none are kept"),
};

const configSchema = z
  .strictObject({
    /** `/v1/traces` and `/v1/logs` are appended. */
    endpoint: url.optional(),
    /** The whole URL, instead of the `endpoint`'s. */
    traces_endpoint: url.optional(),
    logs_endpoint: url.optional(),
    encoding: z.enum(["proto", "json"]).default("proto"),
    compression,
    headers,
    auth,
    tls: clientTls,
    timeout: attemptTimeout.prefault("30s"),
    sending_queue: sendingQueue,
    retry_on_failure: retryOnFailure,
    /** Sent another way than the collector would: that may not go unnoticed. */
    proxy_url: z.undefined({ error: "no proxy is used here; remove it" }).optional(),
    ...unusedByForwarders,
    ...unusedOverHttp,
  })
  .refine(({ endpoint, traces_endpoint, logs_endpoint }) => endpoint ?? traces_endpoint ?? logs_endpoint, {
    error: "at least one endpoint must be specified",
  });

type OtlpHttpConfig = z.infer<typeof configSchema>;

function urlsOf({ endpoint, traces_endpoint, logs_endpoint }: OtlpHttpConfig) {
  const base = endpoint?.replace(/\/+$/, "");
  const traces = traces_endpoint ?? (base === undefined ? undefined : `${base}/v1/traces`);
  const logs = logs_endpoint ?? (base === undefined ? undefined : `${base}/v1/logs`);
  return {
    ...(traces === undefined ? {} : { traces: new URL(traces) }),
    ...(logs === undefined ? {} : { logs: new URL(logs) }),
  };
}

export const otlpHttpExporter: ExporterFactory<OtlpHttpConfig> = {
  type: "otlp_http",
  description: "Sends spans and log records on to another OTLP receiver, over HTTP.",
  configSchema,
  create(config, context) {
    const sender = createHttpSender({
      urls: urlsOf(config),
      encoding: config.encoding === "json" ? "json" : "protobuf",
      compression: config.compression,
      timeoutMs: config.timeout,
      headers: requestHeaders(config, context.authenticatorOf),
      readTls: () => readClientTls(config.tls, `exporters::${context.id}::tls`),
    });
    return createForwarder({ ...config, sender }, context);
  },
};

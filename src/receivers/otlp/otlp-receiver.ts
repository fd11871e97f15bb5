/** Takes OTLP in over HTTP. Configuration and defaults as the collector's `otlpreceiver`, where the specification agrees. */
import { createServer, type Server } from "node:http";
import { z } from "zod";
import { duration, endpoint } from "../../component/config-schemas.ts";
import { listen, type Listener } from "../../component/listen.ts";
import type { ReceiverFactory } from "../../component/receiver.ts";
import { createExportHandler, type ExportHandler } from "./export-handler.ts";

const MEBIBYTE = 1024 * 1024;

/** A path to listen on; a missing leading slash is added. */
const urlPath = z
  .string()
  .regex(/^[\w.~/-]+$/, "is not a URL path such as /v1/traces")
  .transform((path) => (path.startsWith("/") ? path : `/${path}`));

const httpSchema = z.strictObject({
  endpoint: endpoint.prefault("localhost:4318"),
  traces_url_path: urlPath.prefault("/v1/traces"),
  logs_url_path: urlPath.prefault("/v1/logs"),
  metrics_url_path: urlPath.prefault("/v1/metrics"),
  /** In bytes, before and after decompression. 64 MiB as recommended by OTLP 1.11. */
  max_request_body_size: z
    .int()
    .min(1)
    .max(256 * MEBIBYTE)
    .default(64 * MEBIBYTE),
  /** How long a request may take to arrive. */
  read_timeout: duration.prefault("2m"),
  /** How long a connection may wait for its next request. SDKs export every 5 s by default, and Node closes after 5 s. */
  idle_timeout: duration.prefault("75s"),
});

type HttpConfig = z.infer<typeof httpSchema>;

/** A protocol that is named without settings (`http:`) has the defaults. */
const configSchema = z.strictObject({
  protocols: z
    .strictObject({ http: z.preprocess((config) => config ?? {}, httpSchema).optional() })
    .refine(({ http }) => http !== undefined, "must specify at least one protocol when using the OTLP receiver"),
});

export const otlpReceiver: ReceiverFactory<z.infer<typeof configSchema>> = {
  type: "otlp",
  description: "Takes OTLP over HTTP: traces, logs and metrics, in protobuf and JSON.",
  configSchema,
  create({ protocols: { http } }, { id, logger, telemetry, pipelines }) {
    let listener: Listener | undefined;
    return {
      async start() {
        if (http === undefined) return;
        const handle = createExportHandler({
          paths: { traces: http.traces_url_path, logs: http.logs_url_path, metrics: http.metrics_url_path },
          maxBodySize: http.max_request_body_size,
          id,
          logger,
          telemetry,
          pipelines,
        });
        listener = await listen(http.endpoint, `receivers::${id}::protocols::http::endpoint`, () =>
          createExportServer(http, handle),
        );
        logger.info({ url: listener.url }, "receiving OTLP over HTTP");
      },
      async shutdown() {
        await listener?.close();
      },
      urls: () => (listener === undefined ? [] : [listener.url]),
    };
  },
};

function createExportServer({ read_timeout, idle_timeout }: HttpConfig, handle: ExportHandler): Server {
  const server = createServer({
    requestTimeout: read_timeout,
    // Longer than the idle timeout, so that a connection that has waited is not closed over its next head.
    headersTimeout: Math.min(read_timeout, idle_timeout + 5000),
    keepAliveTimeout: idle_timeout,
    // How often Node looks for requests that are late.
    connectionsCheckingInterval: Math.min(5000, read_timeout),
  });
  server.on("request", (request, response) => void handle(request, response));
  // A sender that waits for "100 Continue" (curl, for bodies over 1 MB) can be refused before it sends anything.
  server.on("checkContinue", (request, response) => void handle(request, response));
  return server;
}

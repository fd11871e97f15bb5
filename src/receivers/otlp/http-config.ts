/** `protocols.http`: settings and defaults as the collector's `confighttp.ServerConfig`, where the specification agrees. */
import { z } from "zod";
import { authentication, duration, endpoint, secret, withoutEffect } from "../../component/config-schemas.ts";
import { serverTls } from "../../component/tls.ts";
import { corsSchema } from "./cors.ts";
import { compressionAlgorithms } from "./decompress.ts";

const MEBIBYTE = 1024 * 1024;

/** A path to listen on; a missing leading slash is added. */
const urlPath = z
  .string()
  .regex(/^[\w.~/-]+$/, "is not a URL path such as /v1/traces")
  .transform((path) => (path.startsWith("/") ? path : `/${path}`));

/** RFC 9110 section 5.1. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, "is not the name of a header");
const headerValue = secret.regex(/^[\t\u0020-\u007e]*$/, "must be printable ASCII").meta({ secret: true });

export const httpSchema = z.strictObject({
  endpoint: endpoint.prefault("localhost:4318"),
  transport: z.literal("tcp").default("tcp"),
  traces_url_path: urlPath.prefault("/v1/traces"),
  logs_url_path: urlPath.prefault("/v1/logs"),
  metrics_url_path: urlPath.prefault("/v1/metrics"),
  /** In bytes, before and after decompression. 64 MiB as recommended by OTLP 1.11. */
  max_request_body_size: z
    .int()
    .min(1)
    .max(256 * MEBIBYTE)
    .default(64 * MEBIBYTE),
  /** What a Content-Encoding may say; "" is none. An empty list takes no compressed bodies. */
  compression_algorithms: z
    .array(z.enum(compressionAlgorithms))
    .default([...compressionAlgorithms])
    .transform((names) => (names.length === 0 ? [compressionAlgorithms[0]] : names)),
  /** How long a request may take to arrive, and how long its head may take. */
  read_timeout: duration.prefault("2m"),
  read_header_timeout: duration.prefault("1m"),
  write_timeout: withoutEffect("answers are small, and idle_timeout ends connections that stand still"),
  /** How long a connection may wait for its next request. SDKs export every 5 s by default, and Node closes after 5 s. */
  idle_timeout: duration.prefault("75s"),
  keep_alives_enabled: z.boolean().default(true),
  /** Headers that every answer has. */
  response_headers: z.record(headerName, headerValue).default({}),
  /** Lets processors see the headers of requests. */
  include_metadata: z.boolean().default(false),
  cors: corsSchema.optional(),
  tls: serverTls.optional(),
  auth: authentication
    .extend({
      /** Parameters of the query that are taken as headers of that name. They end up in the logs of proxies. */
      request_params: z.array(headerName).default([]),
    })
    .optional(),
});

export type HttpConfig = z.infer<typeof httpSchema>;

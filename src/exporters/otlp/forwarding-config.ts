/** What `otlp_http` and `otlp_grpc` are both configured with. Names, defaults and rules: collector `exporterhelper`, `configtls`. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { z } from "zod";
import { authentication, duration, noticed, secret, withoutEffect } from "../../component/config-schemas.ts";

/** Undefined when it is not enabled. */
export const sendingQueue = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** Requests that are sent at the same time. */
    num_consumers: z.int().min(1).default(10),
    /** How much may wait, in the unit of the `sizer`. */
    queue_size: z.int().min(1).default(1000),
    sizer: z.enum(["requests", "items", "bytes"]).default("requests"),
    /**
     * When it is full: have the senders wait. Otherwise what does not fit is not sent on, where a store keeps it; where none
     * does, its senders send it again.
     */
    block_on_overflow: z.boolean().default(false),
    /** The name of the configured store that keeps it. */
    store: z.string().min(1).default("default"),
    storage: withoutEffect("every queue is in the store"),
    wait_for_result: withoutEffect("the sender is answered when its data is on disk"),
    blocking: withoutEffect("it was renamed to block_on_overflow"),
    batch: withoutEffect("requests are sent on as they came"),
  })
  .prefault({})
  .transform((queue) => (queue.enabled ? queue : undefined));

export type SendingQueueConfig = NonNullable<z.infer<typeof sendingQueue>>;

export const retryOnFailure = z
  .strictObject({
    enabled: z.boolean().default(true),
    initial_interval: duration.prefault("5s"),
    max_interval: duration.prefault("30s"),
    /**
     * What could not be sent for so long is given up; 0: never. Not said: never out of a queue, where the collector drops
     * what it has kept safe after 300s; after 300s without one, because the sender waits.
     */
    max_elapsed_time: duration.optional(),
    multiplier: z.number().min(1).default(1.5),
    randomization_factor: z.number().min(0).max(1).default(0.5),
  })
  .prefault({});

/** One attempt, from the connection to the last byte of the answer. */
export const attemptTimeout = duration.refine((ms) => ms > 0, { error: "must be more than 0" });

const otherCompression = noticed(
  z.enum(["zstd", "snappy", "x-snappy-framed", "lz4", "deflate", "zlib"]),
  "is sent as gzip, which every OTLP receiver takes",
);

/** Of those that the collector has, the two that every OTLP receiver must take (specification, "OTLP/HTTP Request"). */
export const compression = z
  .union(
    [
      z.enum(["gzip", "none"]),
      z.literal("").transform((): "none" => "none"),
      otherCompression.transform((): "gzip" => "gzip"),
    ],
    'must be "gzip" or "none"',
  )
  .default("gzip");

export type Compression = z.infer<typeof compression>;

/** What the collector's exporters of both kinds take, and these do without. */
export const unusedByForwarders = {
  read_buffer_size: withoutEffect("Node sizes its buffers itself"),
  write_buffer_size: withoutEffect("Node sizes its buffers itself"),
  batcher: withoutEffect("requests are sent on as they came"),
};

const isHeader = (name: string, value: string): boolean => {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
};

/** Sent with every request. */
export const headers = z
  .record(z.string(), secret)
  .superRefine((headers, context) => {
    for (const [name, value] of Object.entries(headers))
      if (!isHeader(name, value)) context.addIssue({ code: "custom", message: "is not a header", path: [name] });
  })
  .default({});

export const auth = authentication.optional();

/** `protocols.grpc`: settings and defaults as the collector's `configgrpc.ServerConfig`, where the specification agrees. */
import { z } from "zod";
import { authentication, duration, endpoint } from "../../component/config-schemas.ts";
import { serverTls } from "../../component/tls.ts";

/** A block that is named without settings (`keepalive:`) has the defaults. */
const emptyIfNull = (config: unknown): unknown => config ?? {};

/** Twenty days: Node's timers end at 24.8, and an age is lengthened by up to a tenth. */
const LONGEST_MS = 20 * 24 * 3_600_000;

/** As in the collector, 0 is as good as not set. */
const timer = <Unset extends number | undefined>(unset: Unset) =>
  duration.transform((ms) => (ms === 0 ? unset : Math.min(ms, LONGEST_MS)));

const serverParameters = z.strictObject({
  /** How long a connection may be without a call; without end by default. */
  max_connection_idle: timer(undefined).optional(),
  /** How long a connection may live, give or take a tenth; without end by default. */
  max_connection_age: timer(undefined).optional(),
  /** How long the calls of such a connection may still take; without end by default. */
  max_connection_age_grace: timer(undefined).optional(),
  /** How often we ask a silent sender whether it is still there, and how long we wait for its answer. */
  time: timer(7_200_000).prefault("2h"),
  timeout: timer(20_000).prefault("20s"),
});

const enforcementPolicy = z.strictObject({
  /** A sender that pings more often is disconnected. */
  min_time: timer(300_000).prefault("5m"),
  /** Whether it may ping at all while no call is under way. */
  permit_without_stream: z.boolean().default(false),
});

const keepalive = z.strictObject({
  server_parameters: z.preprocess(emptyIfNull, serverParameters),
  enforcement_policy: z.preprocess(emptyIfNull, enforcementPolicy),
});

export type KeepaliveConfig = z.infer<typeof keepalive>;

export const grpcSchema = z.strictObject({
  endpoint: endpoint.prefault("localhost:4317"),
  transport: z.literal("tcp").default("tcp"),
  /** In MiB, of a message as it comes and of the message decompressed. 64 as recommended by OTLP 1.11. */
  max_recv_msg_size_mib: z.int().min(1).max(256).default(64),
  /** Calls at once on one connection; further ones wait at the sender. */
  max_concurrent_streams: z.int().min(1).default(100),
  /** How long a message may take to arrive; 0: as long as it likes. */
  read_timeout: timer(LONGEST_MS).prefault("2m"),
  /** The collector's; Node sizes its buffers itself, so that they only make a warning. In bytes. */
  read_buffer_size: z.int().min(0).optional(),
  write_buffer_size: z.int().min(0).optional(),
  /** Lets processors see the headers of calls. */
  include_metadata: z.boolean().default(false),
  keepalive: z.preprocess(emptyIfNull, keepalive),
  tls: serverTls.optional(),
  auth: authentication.optional(),
});

export type GrpcConfig = z.infer<typeof grpcSchema>;

/** Takes OTLP in over HTTP and gRPC. Configuration and defaults as the collector's `otlpreceiver`, where the specification agrees. */
import { z } from "zod";
import { doorAt } from "../../component/door.ts";
import type { Listener } from "../../component/listen.ts";
import type { ReceiverFactory } from "../../component/receiver.ts";
import { type BodyBudgetOptions, createBodyBudget } from "./body-budget.ts";
import { createBodyDecoder } from "./body-decoder.ts";
import { createBodyPace } from "../../component/body-pace.ts";
import { grpcSchema } from "./grpc-config.ts";
import { listenGrpc } from "./grpc-server.ts";
import { httpSchema } from "./http-config.ts";
import { listenHttp } from "./http-server.ts";

const MEBIBYTE = 1024 * 1024;

/** A protocol that is named without settings (`http:`) has the defaults. */
const named = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((config) => config ?? {}, schema).optional();

const configSchema = z.strictObject({
  protocols: z
    .strictObject({ grpc: named(grpcSchema), http: named(httpSchema) })
    .refine(
      ({ grpc, http }) => grpc !== undefined || http !== undefined,
      "must specify at least one protocol when using the OTLP receiver",
    ),
});

/** So many bodies of the largest size may be in hand at once, or any number of smaller ones. */
const LARGEST_BODIES_IN_HAND = 4;
/** Of the largest size: what is kept for small bodies beside that, and what is small. With 64 MiB: 32 MiB for those of up to 1 MiB. */
const SMALL = { together: 1 / 2, each: 1 / 64 } as const;

/** Of all bodies in hand, whichever way they come. */
function bodyBudgetOf({ grpc, http }: z.infer<typeof configSchema>["protocols"]): BodyBudgetOptions {
  const largest = Math.max((grpc?.max_recv_msg_size_mib ?? 0) * MEBIBYTE, http?.max_request_body_size ?? 0);
  const reserved = largest * SMALL.together;
  return { limit: LARGEST_BODIES_IN_HAND * largest + reserved, reserved, small: largest * SMALL.each };
}

export const otlpReceiver: ReceiverFactory<z.infer<typeof configSchema>> = {
  type: "otlp",
  description: "Takes OTLP over gRPC and HTTP (protobuf and JSON): traces, logs and metrics.",
  configSchema,
  create({ protocols }, { id, logger, telemetry, pipelines, authenticatorOf }) {
    const { grpc, http } = protocols;
    // An authenticator that is named and not there, or cannot keep out strangers, is found out before anything starts.
    for (const [name, protocol] of Object.entries(protocols)) {
      if (protocol?.auth === undefined) continue;
      const setting = `receivers::${id}::protocols::${name}::endpoint`;
      authenticatorOf(protocol.auth.authenticator).requireDoor?.(doorAt(protocol.endpoint), setting);
    }
    const decoder = createBodyDecoder(logger);
    const holdBytes = createBodyBudget(bodyBudgetOf(protocols));
    const pace = createBodyPace();
    let grpcListener: Listener | undefined;
    let httpListener: Listener | undefined;
    const needs = { pipelines, authenticatorOf, holdBytes, pace, decoder, id, logger, telemetry };
    /** HTTP first. */
    const urls = (): readonly string[] => [httpListener, grpcListener].flatMap((listener) => listener?.url ?? []);
    return {
      async start() {
        try {
          if (grpc !== undefined) grpcListener = await listenGrpc(grpc, needs);
          if (http !== undefined) httpListener = await listenHttp(http, needs);
        } catch (error) {
          await grpcListener?.close({ graceMs: 0 });
          throw error;
        }
        for (const url of urls()) logger.info({ url }, "receiving OTLP");
      },
      async shutdown(hurry) {
        await Promise.all([httpListener?.close({ hurry }), grpcListener?.close({ hurry })]);
        pace.stop();
        await decoder.shutdown();
      },
      urls,
    };
  },
};

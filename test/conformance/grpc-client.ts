/** Unary calls with raw bytes. */
import { type ChannelCredentials, Client, credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import type { Signal } from "../../src/model/signal-batch.ts";

export interface GrpcAnswer {
  readonly code: number;
  readonly message: string;
  /** Of an answer that is no error. */
  readonly body: Buffer;
  /** `google.rpc.Status` with details, as it came in `grpc-status-details-bin`. */
  readonly statusDetails: Buffer | undefined;
}

const METHODS: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
};

export const methodOf = (signal: Signal): string => METHODS[signal];

const asBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const LARGEST = { "grpc.max_send_message_length": -1, "grpc.max_receive_message_length": -1 };

/** One call on a connection of its own; over TLS the server's certificate must be one for localhost. */
export async function callExport(
  address: string,
  signal: Signal,
  body: Uint8Array,
  metadata: Metadata,
  channel: ChannelCredentials = credentials.createInsecure(),
): Promise<GrpcAnswer> {
  const client = new Client(address, channel, { ...LARGEST, "grpc.ssl_target_name_override": "localhost" });
  try {
    return await new Promise((resolve) => {
      const deadline = Date.now() + 10_000;
      const options = { deadline };
      client.makeUnaryRequest(METHODS[signal], asBytes, asBytes, body, metadata, options, (error, answer) => {
        resolve(error === null ? answerOf(answer) : errorAnswerOf(error));
      });
    });
  } finally {
    client.close();
  }
}

function answerOf(body: Buffer | undefined): GrpcAnswer {
  return { code: 0, message: "", body: body ?? Buffer.alloc(0), statusDetails: undefined };
}

function errorAnswerOf({ code, details, metadata }: ServiceError): GrpcAnswer {
  const [statusDetails] = metadata.get("grpc-status-details-bin");
  return {
    code,
    message: details,
    body: Buffer.alloc(0),
    statusDetails: Buffer.isBuffer(statusDetails) ? statusDetails : undefined,
  };
}

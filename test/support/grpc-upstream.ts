/** A server that spans are sent on to: takes OTLP/gRPC on a free port, keeps what it was sent, and answers as it is told. */
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerErrorResponse,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { decodeLogRecords, decodeSpans } from "../../src/otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";

export interface GrpcUpstreamRequest {
  readonly metadata: Metadata;
  readonly spans: readonly Span[];
  readonly logRecords: readonly LogRecord[];
}

/** The response's bytes, or how the call fails, or that it never ends. `number` counts from 1. */
export type AnswerGrpc = (number: number) => Uint8Array | Partial<ServerErrorResponse> | "hang";

export interface GrpcUpstream {
  /** `127.0.0.1:port` */
  readonly endpoint: string;
  readonly requests: readonly GrpcUpstreamRequest[];
  answer: AnswerGrpc;
}

export interface GrpcUpstreamOptions {
  readonly answer?: AnswerGrpc;
  readonly credentials?: ServerCredentials;
}

const asItIs = (bytes: Buffer): Buffer => bytes;

export async function startGrpcUpstream(options: GrpcUpstreamOptions = {}): Promise<GrpcUpstream> {
  const { answer = () => new Uint8Array(0), credentials = ServerCredentials.createInsecure() } = options;
  const requests: GrpcUpstreamRequest[] = [];
  const serve =
    (isLogs: boolean) =>
    (
      call: ServerUnaryCall<Buffer, Buffer>,
      done: (error: Partial<ServerErrorResponse> | null, bytes?: Buffer) => void,
    ) => {
      requests.push({
        metadata: call.metadata,
        spans: isLogs ? [] : decodeSpans(indexSpans(call.request).encoded),
        logRecords: isLogs ? decodeLogRecords(indexLogRecords(call.request).encoded) : [],
      });
      const given = upstream.answer(requests.length);
      if (given instanceof Uint8Array) done(null, Buffer.from(given));
      else if (given !== "hang") done(given);
    };
  const methodOf = (signal: "trace.v1.Trace" | "logs.v1.Logs") => ({
    Export: {
      path: `/opentelemetry.proto.collector.${signal}Service/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  });
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  server.addService(methodOf("trace.v1.Trace"), { Export: serve(false) });
  server.addService(methodOf("logs.v1.Logs"), { Export: serve(true) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });
  onTestFinished(() => server.forceShutdown());
  const upstream: GrpcUpstream = { endpoint: `127.0.0.1:${port}`, requests, answer };
  return upstream;
}

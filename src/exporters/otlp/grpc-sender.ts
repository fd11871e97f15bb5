/** OTLP/gRPC as a client (specification, "OTLP/gRPC"). The bytes pass through as they are. */
import { createSecureContext } from "node:tls";
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { QueuedRequest } from "../../component/sending-queue.ts";
import { decodeExportResponse, decodeStatus, type PartialSuccess } from "../../otlp/decode-export-response.ts";
import { MalformedError } from "../../otlp/malformed-error.ts";
import type { ClientTls } from "./client-tls.ts";
import type { Compression } from "./forwarding-config.ts";
import type { RequestHeadersOf } from "./request-headers.ts";
import { type Sender, SendError } from "./sender.ts";

export interface GrpcSenderOptions {
  /** `host:port`. */
  readonly target: string;
  readonly isPlaintext: boolean;
  readonly compression: Compression;
  readonly timeoutMs: number;
  /** In milliseconds. Absent: a silent server is not asked. */
  readonly keepalive?:
    | { readonly time: number; readonly timeout: number; readonly permit_without_stream: boolean }
    | undefined;
  readonly authority?: string | undefined;
  readonly headers: RequestHeadersOf;
  readonly readTls: () => ClientTls;
}

const METHODS: Readonly<Record<QueuedRequest["signal"], string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
};

/** Specification, "Failures"; RESOURCE_EXHAUSTED only when the server says when to come again. */
const RETRYABLE: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** A response has at most 4 MiB (specification, "Message Size Limits"). */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
/** gRPC's own is two minutes, for which a server that is back would be taken for gone. */
const MAX_RECONNECT_MS = 5000;

/** A sender that has started. Throws a StartError when the files it needs cannot be read. */
export function connectGrpcSender(options: GrpcSenderOptions): Pick<Sender, "send" | "close"> {
  const client = connect(options);
  return {
    async send({ project, signal, bytes }, cut) {
      const metadata = metadataOf(options.headers(project));
      const request = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const response = await call(client, {
        method: METHODS[signal],
        request,
        metadata,
        timeoutMs: options.timeoutMs,
        cut,
      });
      return partialSuccessOf(response);
    },
    close() {
      client.close();
    },
  };
}

function connect({ target, isPlaintext, readTls, ...options }: GrpcSenderOptions): Client {
  const tls = isPlaintext ? undefined : readTls();
  return new Client(target, tls === undefined ? credentials.createInsecure() : tlsCredentials(tls), {
    "grpc.max_receive_message_length": MAX_RESPONSE_BYTES,
    "grpc.max_send_message_length": -1,
    "grpc.default_compression_algorithm": compressionAlgorithms[options.compression === "gzip" ? "gzip" : "identity"],
    "grpc.max_reconnect_backoff_ms": MAX_RECONNECT_MS,
    // Its own retries would come on top of ours, and a name server must not configure us.
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
    ...(tls?.servername === undefined ? {} : { "grpc.ssl_target_name_override": tls.servername }),
    ...(options.authority === undefined ? {} : { "grpc.default_authority": options.authority }),
    ...keepaliveOptions(options),
  });
}

function keepaliveOptions({ keepalive }: Pick<GrpcSenderOptions, "keepalive">) {
  return keepalive === undefined
    ? {}
    : {
        "grpc.keepalive_time_ms": keepalive.time,
        "grpc.keepalive_timeout_ms": keepalive.timeout,
        "grpc.keepalive_permit_without_calls": Number(keepalive.permit_without_stream),
      };
}

/** gRPC takes less than HTTP does: only ASCII, and no text for a name that ends in "-bin". */
function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  try {
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return metadata;
  } catch (cause) {
    throw new SendError("the headers cannot be sent over gRPC", { retryable: true, cause });
  }
}

function tlsCredentials({ ca, rejectUnauthorized, ...tls }: ClientTls) {
  const context = createSecureContext({ ...tls, ...(ca === undefined ? {} : { ca: [...ca] }) });
  return credentials.createFromSecureContext(context, { rejectUnauthorized });
}

interface ExportCall {
  readonly method: string;
  readonly request: Buffer;
  readonly metadata: Metadata;
  readonly timeoutMs: number;
  readonly cut: AbortSignal;
}

const asItIs = (bytes: Buffer): Buffer => bytes;

async function call(client: Client, { method, request, metadata, timeoutMs, cut }: ExportCall): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onCut = (): void => running.cancel();
    const onEnd = (error: ServiceError | null, response?: Buffer): void => {
      cut.removeEventListener("abort", onCut);
      if (error === null) resolve(response ?? Buffer.alloc(0));
      else reject(toSendError(error));
    };
    const deadline = Date.now() + timeoutMs;
    const running = client.makeUnaryRequest(method, asItIs, asItIs, request, metadata, { deadline }, onEnd);
    cut.addEventListener("abort", onCut);
    if (cut.aborted) onCut();
  });
}

/** The request was taken, so an answer that cannot be read is no reason to send it again. */
function partialSuccessOf(response: Buffer): PartialSuccess {
  try {
    return decodeExportResponse(response, "protobuf");
  } catch (error) {
    if (error instanceof MalformedError) return { rejected: 0, message: "(the answer cannot be read)" };
    throw error;
  }
}

function toSendError(error: ServiceError): SendError {
  const retryAfterMs = retryDelayOf(error);
  return new SendError(`the server answered ${status[error.code] ?? error.code}`, {
    retryable: RETRYABLE.has(error.code) || (error.code === status.RESOURCE_EXHAUSTED && retryAfterMs !== undefined),
    retryAfterMs,
    upstreamMessage: error.details,
    cause: error,
  });
}

function retryDelayOf({ metadata }: ServiceError): number | undefined {
  const [details] = metadata.get("grpc-status-details-bin");
  if (details === undefined || typeof details === "string") return undefined;
  try {
    return decodeStatus(details, "protobuf").retryDelayMs;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

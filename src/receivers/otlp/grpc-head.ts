/** What the head of a gRPC call asks for. Source: gRPC "PROTOCOL-HTTP2", section "Requests". */
import type { IncomingHttpHeaders } from "node:http2";
import { anyone, type Authenticator } from "../../component/extension.ts";
import type { DeliveryContext, PipelineEntry, ReceiverNeeds } from "../../component/receiver.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";
import { type Coding, codingOf } from "./decompress.ts";
import { metadataOf } from "./read-head.ts";
import { RequestRefusal } from "./request-refusal.ts";

export interface GrpcHeadOptions extends Pick<ReceiverNeeds, "pipelines"> {
  readonly authenticator?: Authenticator;
  readonly includeMetadata: boolean;
}

export interface GrpcHead {
  readonly signal: Signal;
  readonly pipeline: PipelineEntry;
  /** Of the message, if that is compressed. */
  readonly coding: Coding;
  readonly context: DeliveryContext;
}

const SIGNALS: ReadonlyMap<string | undefined, Signal> = new Map([
  ["/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces"],
  ["/opentelemetry.proto.collector.logs.v1.LogsService/Export", "logs"],
  ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "metrics"],
]);

/** Throws a refusal for a call that is not an export to one of the pipelines, and what the authenticator throws. */
export function readGrpcHead(headers: IncomingHttpHeaders, options: GrpcHeadOptions): GrpcHead {
  requireGrpc(headers);
  const signal = SIGNALS.get(headers[":path"]);
  if (signal === undefined) throw unimplemented("There is no such method; spans go to TraceService/Export.");
  const pipeline = options.pipelines[signal];
  if (pipeline === undefined) throw unimplemented(`There is no pipeline for ${signal}.`);
  const { project } = options.authenticator?.authenticate(headers, "ingest") ?? anyone;
  const context = { project, ...(options.includeMetadata && { metadata: metadataOf(headers) }) };
  return { signal, pipeline, coding: codingOf([headers["grpc-encoding"] ?? ""].flat().join()), context };
}

function requireGrpc(headers: IncomingHttpHeaders): void {
  if (!/^application\/grpc(?:$|[+;])/i.test(headers["content-type"] ?? ""))
    throw new RequestRefusal(415, RPC_CODES.invalidArgument, "content_type", "Only gRPC is spoken here.");
  if (headers[":method"] === "POST") return;
  const options = { headers: { allow: "POST" } };
  throw new RequestRefusal(405, RPC_CODES.unimplemented, "method", "Only POST is supported here.", options);
}

function unimplemented(message: string): RequestRefusal {
  return new RequestRefusal(404, RPC_CODES.unimplemented, "not_found", message);
}

const MILLISECONDS_PER: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
/** Node's timers know no longer time. Who gives a call more than 24 days does not mean it. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** How long the sender waits for the answer, in milliseconds. Undefined without a `grpc-timeout` of gRPC's form. */
export function grpcTimeoutOf(headers: IncomingHttpHeaders): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(String(headers["grpc-timeout"] ?? "")) ?? [];
  if (amount === undefined) return undefined;
  return Math.min(Number(amount) * (MILLISECONDS_PER[unit] ?? 0), LONGEST_TIMEOUT_MS);
}

/** What the head of a gRPC call asks for. Source: gRPC "PROTOCOL-HTTP2", section "Requests". */
import type { IncomingHttpHeaders } from "node:http2";
import type { Door } from "../../component/door.ts";
import { anyone, type Authenticator } from "../../component/extension.ts";
import type { DeliveryContext, PipelineEntry, ReceiverNeeds } from "../../component/receiver.ts";
import { headersOf } from "../../component/request-headers.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";
import { type Coding, codingOf } from "./decompress.ts";
import { metadataOf } from "./read-head.ts";
import { RequestRefusal } from "./request-refusal.ts";

export interface GrpcHeadOptions extends Pick<ReceiverNeeds, "pipelines"> {
  readonly authenticator?: Authenticator;
  readonly door: Door;
  readonly includeMetadata: boolean;
}

export interface GrpcHead {
  readonly signal: Signal;
  readonly pipeline: PipelineEntry;
  /** Of the message, if that is compressed. */
  readonly coding: Coding;
  readonly context: DeliveryContext;
  /** How long the sender waits for the answer, in milliseconds. */
  readonly timeoutMs: number | undefined;
}

const SIGNALS: ReadonlyMap<string | undefined, Signal> = new Map([
  ["/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces"],
  ["/opentelemetry.proto.collector.logs.v1.LogsService/Export", "logs"],
  ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "metrics"],
]);

/** Rejects with a refusal for a call that is not an export to one of the pipelines, and with what the authenticator says. */
export async function readGrpcHead(
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  options: GrpcHeadOptions,
): Promise<GrpcHead> {
  requireGrpc(headers);
  const timeoutMs = timeoutOf(headers["grpc-timeout"]);
  const signal = SIGNALS.get(headers[":path"]);
  if (signal === undefined) throw unimplemented("There is no such method; spans go to TraceService/Export.");
  const pipeline = options.pipelines[signal];
  if (pipeline === undefined) throw unimplemented(`There is no pipeline for ${signal}.`);
  const { project } =
    (await options.authenticator?.authenticate(headersOf(rawHeaders), "ingest", options.door)) ?? anyone;
  const context = { project, ...(options.includeMetadata && { metadata: metadataOf(headers) }) };
  const coding = codingOf([headers["grpc-encoding"] ?? ""].flat().join());
  return { signal, pipeline, coding, context, timeoutMs };
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

/** One that is not of gRPC's form is INTERNAL, and refused before the method is looked at, as in grpc-go and grpc-js. */
function timeoutOf(header: string | readonly string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, amount, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  if (amount === undefined)
    throw new RequestRefusal(400, RPC_CODES.internal, "malformed", "The grpc-timeout is malformed.");
  return Math.min(Number(amount) * (MILLISECONDS_PER[unit] ?? 0), LONGEST_TIMEOUT_MS);
}

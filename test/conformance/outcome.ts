/** What an export led to, whatever the transport. */
import type { Signal } from "../../src/model/signal-batch.ts";
import { oracleDecode } from "../otlp/oracle.ts";
import type { Answer } from "../support/http-client.ts";
import type { GrpcAnswer } from "./grpc-client.ts";

export interface Outcome {
  /** `google.rpc.Code`; 0 when the request was taken. */
  readonly code: number;
  /** The refusal's, or `error_message` of a partial success. */
  readonly message: string;
  /** How many records of a request that was taken were left out. */
  readonly rejected: number;
  /** Whether `partial_success` was there at all. */
  readonly hasPartialSuccess: boolean;
}

const RESPONSES: Readonly<Record<Signal, string>> = {
  traces: "ExportTraceServiceResponse",
  logs: "ExportLogsServiceResponse",
  metrics: "ExportMetricsServiceResponse",
};

export function httpOutcome(signal: Signal, { status, headers, body }: Answer): Outcome {
  const isJson = headers["content-type"] === "application/json";
  const type = status === 200 ? RESPONSES[signal] : "Status";
  const message = isJson ? asObject(JSON.parse(body.toString())) : oracleDecode(type, body);
  return status === 200 ? successOf(message) : refusalOf(Number(message["code"]), message["message"]);
}

export function grpcOutcome(signal: Signal, { code, message, body }: GrpcAnswer): Outcome {
  return code === 0 ? successOf(oracleDecode(RESPONSES[signal], body)) : refusalOf(code, message);
}

function successOf(response: Record<string, unknown>): Outcome {
  const partial = response["partialSuccess"];
  if (partial === undefined) return { code: 0, message: "", rejected: 0, hasPartialSuccess: false };
  const { errorMessage = "", ...rest } = asObject(partial);
  const rejected = rest["rejectedSpans"] ?? rest["rejectedLogRecords"] ?? rest["rejectedDataPoints"] ?? 0;
  return { code: 0, message: String(errorMessage), rejected: Number(rejected), hasPartialSuccess: true };
}

function refusalOf(code: number, message: unknown): Outcome {
  return { code, message: typeof message === "string" ? message : "", rejected: 0, hasPartialSuccess: false };
}

export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new TypeError("not an object");
  return { ...value };
}

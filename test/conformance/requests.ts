/** Export requests as OTLP/JSON objects, and in the encoding of a cell. */
import type { Signal } from "../../src/model/signal-batch.ts";
import { oracleEncode } from "../otlp/oracle.ts";
import type { Cell } from "./assertion.ts";

export const TRACE = "0af7651916cd43dd8448eb211c80319c";
export const SPAN = "b7ad6b7169203331";

interface Envelope {
  readonly type: string;
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
}

const ENVELOPES: Readonly<Record<Signal, Envelope>> = {
  traces: {
    type: "ExportTraceServiceRequest",
    resources: "resourceSpans",
    scopes: "scopeSpans",
    records: "spans",
  },
  logs: { type: "ExportLogsServiceRequest", resources: "resourceLogs", scopes: "scopeLogs", records: "logRecords" },
  metrics: {
    type: "ExportMetricsServiceRequest",
    resources: "resourceMetrics",
    scopes: "scopeMetrics",
    records: "metrics",
  },
};

/** A request with these records in one scope of one resource. */
export function requestWith(signal: Signal, records: readonly object[], resource?: object, scope?: object): object {
  const { resources, scopes, records: name } = ENVELOPES[signal];
  const group = { ...(scope === undefined ? {} : { scope }), [name]: records };
  return { [resources]: [{ ...(resource === undefined ? {} : { resource }), [scopes]: [group] }] };
}

/** `count` small records of the signal: spans, log records, or one gauge with so many points. */
export function smallRequest(signal: Signal, count = 1): object {
  return requestWith(signal, recordsOf(signal, count));
}

function recordsOf(signal: Signal, count: number): object[] {
  if (signal === "traces") return Array.from({ length: count }, (_, number) => spanNumber(number));
  if (signal === "logs")
    return Array.from({ length: count }, () => ({ timeUnixNano: "1", body: { stringValue: "x" } }));
  const dataPoints = Array.from({ length: count }, () => ({ timeUnixNano: "1", asDouble: 1 }));
  return [{ name: "m", gauge: { dataPoints } }];
}

function spanNumber(number: number): object {
  return { traceId: TRACE, spanId: (0xb7ad_6b71_0000 + number).toString(16).padStart(16, "0"), name: "s" };
}

/** A record that carries these attributes. */
export function recordWith(signal: "traces" | "logs", attributes: readonly object[]): object {
  return signal === "traces" ? { traceId: TRACE, spanId: SPAN, attributes } : { timeUnixNano: "1", attributes };
}

/** The bytes that a sender of the cell would send for the OTLP/JSON object. */
export function encodeRequest({ encoding, signal }: Cell, request: object): Uint8Array {
  return encoding === "http/json"
    ? Buffer.from(JSON.stringify(request))
    : oracleEncode(ENVELOPES[signal].type, request);
}

export const requestTypeOf = (signal: Signal): string => ENVELOPES[signal].type;

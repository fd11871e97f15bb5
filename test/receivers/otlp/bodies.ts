/** One request of each signal in each encoding, with `count` records. */
import { encodeLogRecords, encodeSpans } from "../../../src/otlp/encode-records.ts";
import type { Signal } from "../../../src/model/signal-batch.ts";
import { toJsonRequest } from "../../../src/otlp/to-json-request.ts";
import { logRecordWith, spanWith } from "../../support/records.ts";
import { oracleEncode } from "../../otlp/oracle.ts";
import { JSON_TYPE, PROTOBUF } from "../../support/http-client.ts";

export interface SignalBody {
  readonly signal: Signal;
  readonly encoding: "protobuf" | "json";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The six kinds of request. */
export function bodiesOf(count: number): SignalBody[] {
  const spans = Array.from({ length: count }, (_, number) => spanWith({ spanId: `b7ad6b716920${1000 + number}` }));
  const records = Array.from({ length: count }, () => logRecordWith({ body: "hello" }));
  const { resourceLogs = [] } = toJsonRequest([], records);
  const dataPoints = Array.from({ length: count }, () => ({ timeUnixNano: "1", asDouble: 1 }));
  const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "m", gauge: { dataPoints } }] }] }] };
  const both = (signal: Signal, protobuf: Uint8Array, json: unknown): SignalBody[] => [
    { signal, encoding: "protobuf", path: `/v1/${signal}`, headers: PROTOBUF, body: protobuf },
    {
      signal,
      encoding: "json",
      path: `/v1/${signal}`,
      headers: JSON_TYPE,
      body: Buffer.from(JSON.stringify(json)),
    },
  ];
  return [
    ...both("traces", encodeSpans(spans).bytes, toJsonRequest(spans)),
    ...both("logs", encodeLogRecords(records).bytes, { resourceLogs }),
    ...both("metrics", oracleEncode("ExportMetricsServiceRequest", metrics), metrics),
  ];
}

/** A trace request. */
export function spansBody(count = 1): Uint8Array {
  const spans = Array.from({ length: count }, (_, number) => spanWith({ spanId: `b7ad6b716920${1000 + number}` }));
  return encodeSpans(spans).bytes;
}

import type { LogRecord, Span } from "../model/span.ts";

/** What a session is built from when it came as telemetry. */
export interface SpanFacts {
  readonly spans: readonly Span[];
  /** In the order in which they arrived. */
  readonly logRecords: readonly LogRecord[];
}

export function spanKey(record: { readonly traceId?: string; readonly spanId?: string }): string {
  return `${record.traceId ?? ""}:${record.spanId ?? ""}`;
}

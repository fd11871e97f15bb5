/** What the pipelines were given, decoded as a component would, as OTLP/JSON objects. */
import assert from "node:assert/strict";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { oracleDecode } from "../otlp/oracle.ts";
import type { Probe } from "./probe.ts";
import { requestTypeOf } from "./requests.ts";

export const deliveredSpans = (probe: Probe): readonly Span[] =>
  probe.delivered().flatMap((batch) => (batch.signal === "traces" ? batch.spans() : []));

export const deliveredLogRecords = (probe: Probe): readonly LogRecord[] =>
  probe.delivered().flatMap((batch) => (batch.signal === "logs" ? batch.logRecords() : []));

/** The records of all batches in one request, as another implementation reads what we write. */
export function readBack(probe: Probe): Record<string, unknown> {
  const { signal } = probe.cell;
  assert.notEqual(signal, "metrics");
  const { bytes } =
    signal === "traces" ? encodeSpans(deliveredSpans(probe)) : encodeLogRecords(deliveredLogRecords(probe));
  return oracleDecode(requestTypeOf(signal), bytes);
}

/** The delivered records of the signal, which both have attributes. */
export function deliveredRecords(probe: Probe): readonly (Span | LogRecord)[] {
  return probe.cell.signal === "traces" ? deliveredSpans(probe) : deliveredLogRecords(probe);
}

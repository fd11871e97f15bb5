/** `ExportTraceServiceResponse` and its siblings (specification, "Full Success" and "Partial Success"). */
import type { Signal } from "../model/signal-batch.ts";
import type { Encoding } from "./rpc-status.ts";
import { beginWire, closeField, finishWire, openField, writeInt64, writeText } from "./wire-writer.ts";

const REJECTED_NAMES: Readonly<Record<Signal, string>> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};

/** The collector's exporter reads 64 KiB of a response. */
const LONGEST_MESSAGE = 4096;

/** With nothing rejected `partial_success` is unset: no bytes at all, or `{}`. */
export function encodeExportResponse(
  signal: Signal,
  rejected: number,
  reasons: readonly string[],
  encoding: Encoding,
): Uint8Array {
  if (rejected === 0) return encoding === "json" ? Buffer.from("{}") : new Uint8Array(0);
  const errorMessage = describe(rejected, reasons);
  if (encoding === "json") {
    const partialSuccess = { [REJECTED_NAMES[signal]]: String(rejected), errorMessage };
    return Buffer.from(JSON.stringify({ partialSuccess }));
  }
  beginWire();
  const partialSuccess = openField(1);
  writeInt64(1, BigInt(rejected));
  writeText(2, errorMessage);
  closeField(partialSuccess);
  return finishWire();
}

function describe(rejected: number, reasons: readonly string[]): string {
  const more = rejected - reasons.length;
  const rest = more > 0 ? `; and ${more} more` : "";
  return `${rejected} rejected: ${reasons.join("; ")}${rest}`.slice(0, LONGEST_MESSAGE);
}

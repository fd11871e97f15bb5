/** What makes a span or a log record acceptable, and what a record of another signal looks like. */
import { checkField, checkMessage, notedProblem, resetNotes } from "./check-message.ts";
import { LOG_RECORD, type MessageShape, METRIC, SPAN } from "./message-shapes.ts";
import { isZero, readTag, seekWire, wirePosition } from "./wire-reader.ts";

/** Reads the record that reaches from the cursor to `end`; returns what is wrong with it, or "". */
export type CheckRecord = (end: number) => string;

export const NOT_WELL_FORMED = "not a well-formed message";

const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;

/** A span needs a trace id and a span id that are not all zeros (W3C Trace Context; `trace.proto`). */
export function checkSpan(end: number): string {
  let hasTraceId = false;
  let hasSpanId = false;
  resetNotes();
  while (wirePosition() < end) {
    const tag = readTag();
    const start = wirePosition() + 1;
    checkField(SPAN, tag, end, 0);
    if (tag === TRACE_ID) hasTraceId = !isZero(start, wirePosition());
    else if (tag === SPAN_ID) hasSpanId = !isZero(start, wirePosition());
  }
  if (wirePosition() !== end) return NOT_WELL_FORMED;
  if (notedProblem() !== "") return notedProblem();
  if (!hasTraceId) return "trace_id is empty or all zeros";
  return hasSpanId ? "" : "span_id is empty or all zeros";
}

export function checkLogRecord(end: number): string {
  resetNotes();
  checkMessage(LOG_RECORD, end, 0);
  return wirePosition() === end ? notedProblem() : NOT_WELL_FORMED;
}

const SIGNALS: readonly { records: string; path: string; shape: MessageShape }[] = [
  { records: "spans", path: "/v1/traces", shape: SPAN },
  { records: "log records", path: "/v1/logs", shape: LOG_RECORD },
  { records: "metrics", path: "/v1/metrics", shape: METRIC },
];

/** Says which signal a record belongs to that is broken as what it was sent as; "" when it is none at all. */
export function describeOtherSignal(start: number, end: number): string {
  for (const { records, path, shape } of SIGNALS) {
    seekWire(start);
    checkMessage(shape, end, 0);
    if (wirePosition() === end && end > start) return `The body holds ${records}: send them to ${path}.`;
  }
  return "";
}

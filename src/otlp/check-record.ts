/** What makes a span or a log record acceptable, and what a record of another signal looks like. */
import { checkField, checkMessage, lastIdIsSet, notedProblem, resetNotes, takeBrokenTexts } from "./check-message.ts";
import { LOG_RECORD, METRIC, SPAN } from "./message-shapes.ts";
import { readTag, seekWire, wirePosition } from "./wire-reader.ts";

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
    checkField(SPAN, tag, end, 0);
    if (tag === TRACE_ID) hasTraceId = lastIdIsSet();
    else if (tag === SPAN_ID) hasSpanId = lastIdIsSet();
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

const SIGNALS: readonly { records: string; path: string; matches: (end: number) => boolean }[] = [
  { records: "spans", path: "/v1/traces", matches: (end) => checkSpan(end) === "" },
  { records: "log records", path: "/v1/logs", matches: (end) => checkLogRecord(end) === "" },
  { records: "metrics", path: "/v1/metrics", matches: isMetric },
];

/** Says which signal a record belongs to that is not acceptable as what it was sent as; "" when it is none at all. */
export function describeOtherSignal(start: number, end: number): string {
  for (const { records, path, matches } of SIGNALS) {
    seekWire(start);
    if (end > start && matches(end)) return `The body holds ${records}: send them to ${path}.`;
  }
  return "";
}

/** A metric has data, of one of five kinds, and a name that is text, which the id of a span hardly ever is. */
function isMetric(end: number): boolean {
  let hasData = false;
  takeBrokenTexts();
  while (wirePosition() < end) {
    const tag = readTag();
    hasData ||= METRIC[tag >>> 3]?.message !== undefined;
    checkField(METRIC, tag, end, 0);
  }
  return hasData && wirePosition() === end && takeBrokenTexts() === 0;
}

import type { LogRecord, Span } from "../../model/span.ts";
import { mapShared, withMembers } from "../change-records.ts";

/** In milliseconds before and after now. */
export interface ClockSkew {
  readonly future: number;
  readonly past: number;
  readonly action: "clamp" | "keep";
}

/** Moves times outside of the skew to its edge, or only counts them. 0 says that the sender did not know, and stays. */
export function clampTo(skew: ClockSkew | undefined, nowMs: number, count: (by: number) => void) {
  if (skew === undefined) return { span: (span: Span) => span, logRecord: (record: LogRecord) => record };
  const earliest = toNanoseconds(nowMs - skew.past);
  const latest = toNanoseconds(nowMs + skew.future);

  function clamp(time: bigint): bigint {
    if (time === 0n || (time >= earliest && time <= latest)) return time;
    count(1);
    if (skew?.action === "keep") return time;
    return time < earliest ? earliest : latest;
  }

  return {
    span: (span: Span): Span =>
      withMembers(span, {
        startTimeUnixNano: clamp(span.startTimeUnixNano),
        endTimeUnixNano: clamp(span.endTimeUnixNano),
        events: mapShared(span.events, (event) => withMembers(event, { timeUnixNano: clamp(event.timeUnixNano) })),
      }),
    logRecord: (record: LogRecord): LogRecord =>
      withMembers(record, {
        timeUnixNano: clamp(record.timeUnixNano),
        observedTimeUnixNano: clamp(record.observedTimeUnixNano),
      }),
  };
}

const toNanoseconds = (milliseconds: number): bigint => BigInt(Math.max(0, Math.round(milliseconds))) * 1_000_000n;

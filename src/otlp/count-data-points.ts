/** Metrics are only counted: a walk over an `ExportMetricsServiceRequest` by offsets (`metrics.proto`). */
import { MalformedError } from "./malformed-error.ts";
import { METRIC } from "./message-shapes.ts";
import { endMessage, LENGTH, openWire, readEnd, readTag, skipField, wirePosition } from "./wire-reader.ts";

/** Each level's message and the number of the field that leads one level down; the last one is `data_points`. */
const PATH: readonly ReadonlySet<number>[] = [
  /* ExportMetricsServiceRequest.resource_metrics */ new Set([1]),
  /* ResourceMetrics.scope_metrics */ new Set([2]),
  /* ScopeMetrics.metrics */ new Set([2]),
  /* Metric.gauge and its siblings */ new Set(METRIC.flatMap((field, number) => (field?.message ? [number] : []))),
  /* Gauge.data_points and its siblings */ new Set([1]),
];

/** Throws MalformedError when the bytes are not a well-formed request down to the data points. */
export function countDataPoints(bytes: Uint8Array): number {
  openWire(bytes, 0);
  const count = countBelow(0, bytes.length);
  if (wirePosition() !== bytes.length) throw new MalformedError("The body is not a well-formed protobuf message.");
  return count;
}

function countBelow(level: number, end: number): number {
  let count = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if ((tag & 7) !== LENGTH || PATH[level]?.has(tag >>> 3) !== true) skipField(tag, end);
    else if (level < PATH.length - 1) count += countBelow(level + 1, readEnd(end));
    else {
      skipField(tag, end);
      count += 1;
    }
  }
  endMessage(end);
  return count;
}

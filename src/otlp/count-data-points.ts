/** Metrics are only counted: a walk over an `ExportMetricsServiceRequest` by offsets (`metrics.proto`). */
import { describeOtherSignal } from "./check-record.ts";
import { MalformedError } from "./malformed-error.ts";
import { METRIC } from "./message-shapes.ts";
import { breakWire, endMessage, LENGTH, openWire, readEnd, readTag, skipField, wirePosition } from "./wire-reader.ts";

/** A message on the way down to the data points. */
interface Level {
  /** Its fields, all of which are messages or texts. */
  readonly fields: ReadonlySet<number>;
  /** Those that lead one level down; of the last level, to the data points. */
  readonly inner: ReadonlySet<number>;
}

const metricFields = METRIC.flatMap((field, number) => (field === undefined ? [] : [number]));
const dataFields = metricFields.filter((number) => METRIC[number]?.message !== undefined);

const LEVELS: readonly Level[] = [
  /* ExportMetricsServiceRequest.resource_metrics */ { fields: new Set([1]), inner: new Set([1]) },
  /* ResourceMetrics.scope_metrics */ { fields: new Set([1, 2, 3]), inner: new Set([2]) },
  /* ScopeMetrics.metrics */ { fields: new Set([1, 2, 3]), inner: new Set([2]) },
  /* Metric.gauge and its siblings */ { fields: new Set(metricFields), inner: new Set(dataFields) },
  /* Gauge.data_points and its siblings */ { fields: new Set([1]), inner: new Set([1]) },
];
const METRIC_LEVEL = 3;

/** A request at work: where its first metric lies. */
interface Walk {
  firstMetric: readonly [start: number, end: number] | undefined;
}

/** Throws MalformedError when the bytes are not a well-formed request down to the data points. */
export function countDataPoints(bytes: Uint8Array): number {
  const walk: Walk = { firstMetric: undefined };
  openWire(bytes, 0);
  const count = countBelow(walk, 0, bytes.length);
  if (wirePosition() === bytes.length) return count;
  const advice = walk.firstMetric === undefined ? "" : describeOtherSignal(...walk.firstMetric);
  throw new MalformedError(advice === "" ? "The body is not a well-formed protobuf message." : advice);
}

function countBelow(walk: Walk, level: number, end: number): number {
  let count = 0;
  if (level === METRIC_LEVEL) walk.firstMetric ??= [wirePosition(), end];
  const { fields, inner } = LEVELS[level] ?? { fields: new Set(), inner: new Set() };
  while (wirePosition() < end) {
    const tag = readTag();
    if (fields.has(tag >>> 3) && (tag & 7) !== LENGTH) breakWire();
    else if (!inner.has(tag >>> 3)) skipField(tag, end);
    else if (level < LEVELS.length - 1) count += countBelow(walk, level + 1, readEnd(end));
    else {
      skipField(tag, end);
      count += 1;
    }
  }
  endMessage(end);
  return count;
}

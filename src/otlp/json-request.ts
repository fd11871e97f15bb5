/**
 * OTLP/JSON export requests (specification, "JSON Protobuf Encoding") to the model. As with protobuf, what is wrong with
 * the envelope, a resource or a scope refuses the request, and what is wrong with one record refuses that record.
 */
import type { JsonValue } from "../model/session.ts";
import type { LogRecord, Resource, Scope, Span } from "../model/span.ts";
import { MAX_REASONS } from "./index-records.ts";
import { complain, fieldOf, listOf, objectOf, takeProblem, textOf } from "./json-fields.ts";
import { readJsonLogRecord, readJsonResource, readJsonScope, readJsonSpan } from "./json-records.ts";
import { MalformedError } from "./malformed-error.ts";
import { isObject, type JsonObject, parseJsonBody } from "./parse-json.ts";

export interface DecodedRequest<Record> {
  readonly records: Record[];
  /** How many records were left out. */
  readonly rejected: number;
  /** Why, for the first few of them: one clause each, without content of the record. */
  readonly reasons: readonly string[];
}

/** The names of a signal's fields, in lowerCamelCase. */
interface Envelope {
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
  readonly path: string;
}

const TRACES: Envelope = { resources: "resourceSpans", scopes: "scopeSpans", records: "spans", path: "/v1/traces" };
const LOGS: Envelope = { resources: "resourceLogs", scopes: "scopeLogs", records: "logRecords", path: "/v1/logs" };
const METRICS: Envelope = {
  resources: "resourceMetrics",
  scopes: "scopeMetrics",
  records: "metrics",
  path: "/v1/metrics",
};

const DATA = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];

/** Throws MalformedError when the body is not a trace export request. */
export function decodeJsonSpans(body: Uint8Array): DecodedRequest<Span> {
  return decode(body, TRACES, readJsonSpan);
}

/** Throws MalformedError when the body is not a logs export request. */
export function decodeJsonLogRecords(body: Uint8Array): DecodedRequest<LogRecord> {
  return decode(body, LOGS, readJsonLogRecord);
}

/** Number of data points of a metrics export request. Throws MalformedError when the body is none. */
export function countJsonDataPoints(body: Uint8Array): number {
  let count = 0;
  walk(body, METRICS, (metric) => {
    for (const name of DATA) {
      const data = isObject(metric) ? objectOf(metric, name) : undefined;
      if (data !== undefined) count += listOf(data, "dataPoints").length;
    }
    refuseProblem();
  });
  return count;
}

function decode<Record>(
  body: Uint8Array,
  envelope: Envelope,
  read: (message: JsonObject, resource: Resource, scope: Scope) => Record | undefined,
): DecodedRequest<Record> {
  const records: Record[] = [];
  const reasons: string[] = [];
  let rejected = 0;
  walk(body, envelope, (message, resource, scope) => {
    if (!isObject(message)) complain("not an object");
    const record = read(isObject(message) ? message : {}, resource, scope);
    const problem = takeProblem();
    if (problem === "" && record !== undefined) records.push(record);
    else {
      const number = records.length + rejected;
      if (reasons.length < MAX_REASONS) reasons.push(`${envelope.records}[${number}]: ${problem}`);
      rejected += 1;
    }
  });
  return { records, rejected, reasons };
}

type VisitRecord = (record: JsonValue, resource: Resource, scope: Scope) => void;

function walk(body: Uint8Array, envelope: Envelope, visit: VisitRecord): void {
  takeProblem();
  const request = parseJsonBody(body);
  refuseOtherSignal(request, envelope);
  for (const group of groupsOf(request, envelope.resources)) {
    const resource = readJsonResource(objectOf(group, "resource"), textOf(group, "schemaUrl"));
    for (const inner of groupsOf(group, envelope.scopes)) {
      const scope = readJsonScope(objectOf(inner, "scope"), textOf(inner, "schemaUrl"));
      const records = listOf(inner, envelope.records);
      refuseProblem();
      for (const record of records) visit(record, resource, scope);
    }
  }
}

/** ResourceSpans, ScopeSpans and their like: a list of objects. */
function groupsOf(message: JsonObject, name: string): readonly JsonObject[] {
  const list = listOf(message, name);
  const groups = list.filter(isObject);
  if (groups.length < list.length) complain(`${name} holds something that is not an object`);
  refuseProblem();
  return groups;
}

function refuseProblem(): void {
  const problem = takeProblem();
  if (problem !== "") throw new MalformedError(`The request is not OTLP/JSON: ${problem}.`);
}

function refuseOtherSignal(request: JsonObject, expected: Envelope): void {
  if (fieldOf(request, expected.resources) !== undefined) return;
  const other = [TRACES, LOGS, METRICS].find(({ resources }) => fieldOf(request, resources) !== undefined);
  if (other !== undefined) throw new MalformedError(`The body holds ${other.resources}: send it to ${other.path}.`);
}

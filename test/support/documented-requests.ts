/**
 * Telemetry written from a library's documented shape, where there is no capture of it: `test/fixtures/documented/requests`. The
 * files say it shorter than OTLP does; here it is OTLP/JSON again, and is read as a receiver reads it. In the files
 * `{"$json": value}` stands for the JSON text of a value.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { JsonValue } from "../../src/model/session.ts";
import { readOtlpFile } from "../../src/otlp-file.ts";
import type { OtlpRequest } from "../../src/otlp/read-request.ts";
import type { ExpectedCapture, ExpectedTurn } from "./captures.ts";

export interface Documented {
  /** Which library, and where its shape is documented. */
  readonly about: string;
  /** Each span and each record in a request of its own, records first, as they come in the wild. */
  readonly requests: readonly OtlpRequest[];
  readonly expected: ExpectedSessions;
}

export interface ExpectedSessions extends ExpectedCapture {
  readonly conversations: readonly {
    readonly conversationId: string | null;
    readonly turns: readonly TurnWithUsage[];
  }[];
  readonly dialects: readonly string[];
  readonly agentName?: string;
  readonly userId?: string;
  readonly systemPrompt?: string;
  /** Names. */
  readonly tools?: readonly string[];
  readonly models?: readonly string[];
}

export interface TurnWithUsage extends ExpectedTurn {
  readonly usage: { readonly input: number; readonly output: number };
}

type Values = Readonly<Record<string, JsonValue>>;

interface DocumentedSpan {
  readonly id: number;
  readonly trace: number;
  readonly parent?: number;
  readonly name: string;
  /** Seconds after an arbitrary moment. */
  readonly at: number;
  readonly until: number;
  readonly scope?: string;
  readonly attributes?: Values;
  readonly events?: readonly (readonly [name: string, attributes: Values])[];
  readonly status?: { readonly code: number; readonly message?: string };
}

interface DocumentedRecord {
  readonly span: number;
  readonly at: number;
  readonly eventName?: string;
  readonly attributes?: Values;
  readonly body?: JsonValue;
}

interface DocumentedFile {
  readonly about: string;
  readonly scope: string;
  readonly resource?: Values;
  readonly spans: readonly DocumentedSpan[];
  readonly logRecords?: readonly DocumentedRecord[];
  readonly expected: ExpectedSessions;
}

const folder = new URL("../fixtures/documented/requests/", import.meta.url);

export const documentedNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length))
  .sort();

export function loadDocumented(name: string): Documented {
  const { about, expected } = readFile(name);
  const requests = documentedBodies(name).flatMap(({ body }) => readOtlpFile("documented.json", Buffer.from(body)));
  return { about, expected, requests };
}

export interface OtlpBody {
  readonly path: "/v1/traces" | "/v1/logs";
  /** An export request in OTLP/JSON. */
  readonly body: string;
}

/** As they go over the wire. */
export function documentedBodies(name: string): readonly OtlpBody[] {
  const file = readFile(name);
  const resource = { attributes: toAttributes(file.resource ?? { "service.name": "kestrel" }) };
  const records = (file.logRecords ?? []).map((record) => {
    const scopeLogs = [{ scope: { name: file.scope }, logRecords: [toRecord(record, file)] }];
    return { path: "/v1/logs" as const, body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] }) };
  });
  const spans = file.spans.map((span) => {
    const scopeSpans = [{ scope: { name: span.scope ?? file.scope }, spans: [toSpan(span)] }];
    return { path: "/v1/traces" as const, body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }) };
  });
  return [...records, ...spans];
}

function readFile(name: string): DocumentedFile {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as DocumentedFile;
}

function toSpan({ id, trace, parent, name, at, until, attributes = {}, events = [], status }: DocumentedSpan) {
  return {
    traceId: traceIdOf(trace),
    spanId: spanIdOf(id),
    ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
    name,
    kind: 1,
    startTimeUnixNano: timeOf(at),
    endTimeUnixNano: timeOf(until),
    attributes: toAttributes(attributes),
    events: events.map(([event, values]) => ({
      name: event,
      timeUnixNano: timeOf(at),
      attributes: toAttributes(values),
    })),
    status: status ?? {},
  };
}

function toRecord({ span: id, at, eventName, attributes = {}, body }: DocumentedRecord, { spans }: DocumentedFile) {
  const span = spans.find((span) => span.id === id);
  if (span === undefined) throw new Error(`no span ${id}`);
  return {
    traceId: traceIdOf(span.trace),
    spanId: spanIdOf(id),
    timeUnixNano: timeOf(at),
    ...(eventName === undefined ? {} : { eventName }),
    attributes: toAttributes(attributes),
    ...(body === undefined ? {} : { body: toAnyValue(body) }),
  };
}

const traceIdOf = (trace: number) => trace.toString(16).padStart(32, "0");
const spanIdOf = (id: number) => id.toString(16).padStart(16, "0");
const timeOf = (seconds: number) => String(1_800_000_000_000_000_000n + BigInt(Math.round(seconds * 1e6)) * 1000n);

function toAttributes(values: Values): readonly unknown[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: JsonValue): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } };
  if ("$json" in value) return { stringValue: JSON.stringify(openJson(value["$json"] ?? null)) };
  return { kvlistValue: { values: toAttributes(value as Values) } };
}

/** JSON text within JSON text. */
function openJson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(openJson);
  if (value === null || typeof value !== "object") return value;
  if ("$json" in value) return JSON.stringify(openJson((value as Values)["$json"] ?? null));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, openJson(inner)]));
}

/**
 * What OTLP says, lossless: spans and log records as the sender wrote them. These are facts; nothing here is derived.
 * Source: opentelemetry-proto 1.11, `trace.proto`, `logs.proto`, `common.proto`, `resource.proto`.
 */

/**
 * One OTLP AnyValue. An OTLP int is a `bigint` and an OTLP double a `number`, so both survive a round trip. `null` is an
 * AnyValue in which no field is set, which is not the same as an empty string; dialects treat it as absent.
 */
export type AttributeValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | null
  | readonly AttributeValue[]
  | AttributeMap;

/** Keys are data and never paths: a dotted key is not expanded, and `__proto__` is a key like any other. */
export type AttributeMap = ReadonlyMap<string, AttributeValue>;

export interface Resource {
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
  readonly entityRefs: readonly EntityRef[];
}

export interface EntityRef {
  readonly schemaUrl: string;
  readonly type: string;
  readonly idKeys: readonly string[];
  readonly descriptionKeys: readonly string[];
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

/** OTLP's own numbers: 0 unset, 1 ok, 2 error. An unknown number is kept. */
export interface SpanStatus {
  readonly code: number;
  readonly message: string;
}

export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  /** OTLP's number: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. An unknown number is kept. */
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly status: SpanStatus;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly resource: Resource;
  readonly scope: Scope;
}

export interface LogRecord {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  readonly traceId?: string;
  readonly spanId?: string;
  /** Field 12. Older SDKs leave it empty and write an `event.name` attribute instead. */
  readonly eventName: string;
  readonly resource: Resource;
  readonly scope: Scope;
}

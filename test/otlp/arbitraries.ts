/** Any span and any log record that the model can hold. */
import * as fc from "fast-check";
import type { AttributeMap, AttributeValue, LogRecord, Resource, Scope, Span } from "../../src/model/span.ts";

/** A plain object with all of the fields. */
function recordOf<Model>(fields: { [Name in keyof Model]: fc.Arbitrary<Model[Name]> }): fc.Arbitrary<Model> {
  return fc.record(fields, { noNullPrototype: true });
}

const text = fc.string({ unit: "binary", maxLength: 12 });
const uint32 = fc.nat({ max: 0xffff_ffff });
const int32 = fc.integer();
const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const traceId = hex(16);
const spanId = hex(8);

function hex(bytes: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((id) => id.some((byte) => byte !== 0))
    .map((id) => Buffer.from(id).toString("hex"));
}

function mapOf(value: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeMap> {
  const key = fc.oneof(text, fc.constantFrom("gen_ai.system", "__proto__", "a.__proto__.b", "constructor", ""));
  return fc
    .uniqueArray(fc.tuple(key, value), { selector: ([key]) => key, maxLength: 5 })
    .map((pairs) => new Map(pairs));
}

const { attributeValue } = fc.letrec<{ attributeValue: AttributeValue }>((tie) => ({
  attributeValue: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    text,
    fc.boolean(),
    fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
    fc.double(),
    fc.uint8Array({ maxLength: 8 }),
    fc.constant(null),
    fc.array(tie("attributeValue"), { maxLength: 3 }),
    mapOf(tie("attributeValue")),
  ),
}));

const attributes = mapOf(attributeValue);

const resource: fc.Arbitrary<Resource> = recordOf({
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
  entityRefs: fc.array(
    recordOf({
      schemaUrl: text,
      type: text,
      idKeys: fc.array(text, { maxLength: 2 }),
      descriptionKeys: fc.array(text, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});

const scope: fc.Arbitrary<Scope> = recordOf({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
});

const event = recordOf({ name: text, timeUnixNano: uint64, attributes, droppedAttributesCount: uint32 });

const link = recordOf({
  traceId: fc.oneof(traceId, fc.constant("")),
  spanId: fc.oneof(spanId, fc.constant("")),
  traceState: text,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
});

const spanFields = recordOf({
  traceId,
  spanId,
  traceState: text,
  flags: uint32,
  name: text,
  kind: int32,
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  status: recordOf({ code: int32, message: text }),
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 2 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 2 }),
  droppedLinksCount: uint32,
});

const logRecordFields = recordOf({
  timeUnixNano: uint64,
  observedTimeUnixNano: uint64,
  severityNumber: int32,
  severityText: text,
  body: attributeValue,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
  eventName: text,
});

const parent = optional({ parentSpanId: spanId });
const correlation = fc
  .tuple(optional({ traceId }), optional({ spanId }))
  .map(([trace, span]) => ({ ...trace, ...span }));

function optional<Model>(fields: { [Name in keyof Model]: fc.Arbitrary<Model[Name]> }): fc.Arbitrary<Partial<Model>> {
  return fc.oneof(recordOf(fields), fc.constant({}));
}

/** Spans as a request holds them: runs that share a resource, within them runs that share a scope. */
export const spans: fc.Arbitrary<Span[]> = grouped(
  fc.tuple(spanFields, parent).map(([span, rest]) => ({ ...span, ...rest })),
);

export const logRecords: fc.Arbitrary<LogRecord[]> = grouped(
  fc.tuple(logRecordFields, correlation).map(([record, rest]) => ({ ...record, ...rest })),
);

function grouped<Fields>(
  fields: fc.Arbitrary<Fields>,
): fc.Arbitrary<(Fields & { resource: Resource; scope: Scope })[]> {
  const ofScope = recordOf({ scope, records: fc.array(fields, { minLength: 1, maxLength: 3 }) });
  const ofResource = recordOf({ resource, scopes: fc.array(ofScope, { minLength: 1, maxLength: 2 }) });
  return fc
    .array(ofResource, { maxLength: 2 })
    .map((groups) =>
      groups.flatMap(({ resource, scopes }) =>
        scopes.flatMap(({ scope, records }) => records.map((record) => ({ ...record, resource, scope }))),
      ),
    );
}

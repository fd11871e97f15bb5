import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSpans } from "../../src/otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";
import { MalformedError } from "../../src/otlp/malformed-error.ts";
import { isRefused } from "./is-refused.ts";
import { logCaptures, traceCaptures } from "./captures.ts";
import { oracleFields } from "./oracle.ts";
import {
  field,
  fixed32Field,
  fixed64Field,
  keyValue,
  message,
  nestedArray,
  nestedMap,
  requestOf,
  SPAN_ID,
  spanBody,
  tag,
  TRACE_ID,
  varint,
  varintField,
} from "./wire.ts";

/** How each field type of the .proto is encoded. */
const WIRE_TYPES: Readonly<Record<string, number>> = {
  fixed64: 1,
  fixed32: 5,
  int32: 0,
  uint32: 0,
  int64: 0,
  bool: 0,
  double: 1,
  SpanKind: 0,
};

/** A field with any wire type, well-formed in itself. */
function fieldOfWireType(number: number, wireType: number): Buffer {
  if (wireType === 0) return varintField(number, 1);
  if (wireType === 1) return fixed64Field(number, 1n);
  return wireType === 2 ? field(number, "") : fixed32Field(number, 1);
}

/** A length may be written in more bytes than it needs. */
function longEmptyField(number: number): Buffer {
  return message(tag(number, 2), Buffer.concat([Buffer.alloc(9, 0x80), Buffer.from([0])]));
}

interface WrongField {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every field of a message with every wire type that is not its own. Indexes into string tables mean nothing to us. */
function wrongFields(type: string): WrongField[] {
  return oracleFields(type)
    .filter(({ name }) => !name.endsWith("Strindex"))
    .flatMap(({ name, id, type: fieldType }) =>
      [0, 1, 2, 5]
        .filter((wireType) => wireType !== (WIRE_TYPES[fieldType] ?? 2))
        .map((wireType) => ({
          name: `${type}.${name} with wire type ${wireType}`,
          bytes: fieldOfWireType(id, wireType),
        })),
    );
}

function namesOf(cases: readonly WrongField[]): [string, Buffer][] {
  return cases.map(({ name, bytes }) => [name, bytes]);
}

describe("a request", () => {
  test("of no bytes has no spans", () => {
    expect(indexSpans(new Uint8Array(0)).encoded.records).toHaveLength(0);
  });

  test.each([
    ["a resource without scopes", field(1, field(1, ""))],
    ["a scope without spans", field(1, field(2, field(1, field(1, "name"))))],
    ["an empty ResourceSpans", field(1, "")],
  ])("with %s has no spans and leaves no rows", (_, bytes) => {
    const { encoded, rejected } = indexSpans(bytes);
    expect(rejected).toBe(0);
    expect([encoded.records, encoded.scopes, encoded.resources]).toEqual([
      new Uint32Array(0),
      new Uint32Array(0),
      new Uint32Array(0),
    ]);
  });

  test("tells where the spans, scopes, resources and schema URLs lie", () => {
    const span = spanBody(field(5, "chat"));
    const scope = field(1, "scope");
    const resource = varintField(2, 7);
    const bytes = field(
      1,
      field(3, "https://resource"),
      field(2, field(2, span), field(1, scope), field(3, "https://scope")),
      field(1, resource),
    );
    const { records, scopes, resources } = indexSpans(bytes).encoded;
    const at = (offset = 0, length = 0): Buffer => bytes.subarray(offset, offset + length);
    expect(at(records[0], records[1])).toEqual(span);
    expect(at(scopes[0], scopes[1])).toEqual(scope);
    expect(at(scopes[2], scopes[3]).toString()).toBe("https://scope");
    expect(at(resources[0], resources[1])).toEqual(resource);
    expect(at(resources[2], resources[3]).toString()).toBe("https://resource");
    expect([records[2], scopes[4]]).toEqual([0, 0]);
  });

  test("numbers scopes and resources in order, without those that have no span", () => {
    const ofScope = field(2, field(2, spanBody()));
    const bytes = message(field(1, ofScope, field(2, ""), ofScope), field(1, field(2, "")), field(1, ofScope));
    const { records, scopes, resources } = indexSpans(bytes).encoded;
    expect([...records].filter((_, index) => index % 3 === 2)).toEqual([0, 1, 2]);
    expect([...scopes].filter((_, index) => index % 5 === 4)).toEqual([0, 0, 1]);
    expect(resources).toHaveLength(8);
  });

  test("is read from the middle of a larger buffer", () => {
    const bytes = requestOf(spanBody(field(5, "chat")));
    const padded = Buffer.concat([Buffer.from("xxxxx"), bytes, Buffer.from("yyy")]);
    const { encoded } = indexSpans(padded.subarray(5, 5 + bytes.length));
    expect(decodeSpans(encoded)[0]?.name).toBe("chat");
  });
});

describe("unknown fields", () => {
  const unknown = message(
    varintField(100, 1n << 63n),
    fixed64Field(101, 1n),
    field(102, "future"),
    fixed32Field(103, 1),
    tag(104, 3),
    varintField(1, 5),
    tag(105, 3),
    tag(105, 4),
    tag(104, 4),
    varintField(2 ** 29 - 1, 1),
  );

  test("of every wire type are passed over on every level", () => {
    const value = message(field(1, "text"), unknown);
    const span = spanBody(unknown, field(9, keyValue("key", value), unknown), field(11, unknown), field(13, unknown));
    const bytes = message(unknown, field(1, unknown, field(1, unknown), field(2, unknown, field(2, span))));
    const { encoded, rejected } = indexSpans(bytes);
    expect(rejected).toBe(0);
    const [decoded] = decodeSpans(encoded);
    expect(decoded?.attributes).toEqual(new Map([["key", "text"]]));
    expect(decoded?.events).toHaveLength(1);
  });

  test("string table indexes do not break a span", () => {
    const attribute = message(varintField(3, 12), field(2, varintField(8, 34)));
    expect(indexSpans(requestOf(spanBody(field(9, attribute)))).rejected).toBe(0);
  });
});

describe("a broken envelope", () => {
  test.each(Object.entries({ ...traceCaptures, ...logCaptures }))("is refused: %s, cut at any byte", (_, bytes) => {
    const index = bytes.equals(logCaptures["otel-contrib-openai"]) ? indexLogRecords : indexSpans;
    for (let length = 1; length < bytes.length; length += 1)
      expect(() => index(bytes.subarray(0, length)), `${length} bytes`).toThrow(MalformedError);
  });

  test.each([
    ["text", Buffer.from("hello, this is not protobuf")],
    ["JSON", Buffer.from('{"resourceSpans":[]}')],
    ["field number 0", message(tag(0, 0), varint(1))],
    ["a tag beyond 32 bits", message(varint(1n << 35n), varint(1))],
    ["wire type 6", message(tag(9, 6), varint(1))],
    ["wire type 7", message(tag(9, 7), varint(1))],
    ["a varint of eleven bytes", message(tag(9, 0), Buffer.alloc(10, 0xff), varint(1))],
    ["a negative length", message(tag(1, 2), varint(-1n))],
    ["a length past the end", message(tag(1, 2), varint(1000), Buffer.alloc(10))],
    ["a length of 2^32", message(tag(1, 2), varint(1n << 32n), Buffer.alloc(10))],
    ["a length past the end of its parent", message(field(1, message(tag(2, 2), varint(5))), Buffer.alloc(20))],
    ["a fixed64 past the end", message(tag(9, 1), Buffer.alloc(7))],
    ["a fixed32 past the end", message(tag(9, 5), Buffer.alloc(3))],
    ["an open group", tag(9, 3)],
    ["an end of a group that was not begun", tag(9, 4)],
    ["a group that ends as another", message(tag(9, 3), tag(10, 4))],
    ["200 KB of group starts", Buffer.alloc(200_000, tag(9, 3))],
    ["a broken resource", field(1, field(1, field(1, tag(1, 2), varint(9))))],
    ["a broken scope", field(1, field(2, field(1, tag(1, 0), varint(9))))],
    ["a schema URL that is a number", field(1, varintField(3, 1))],
    ["scope spans that are a number", field(1, varintField(2, 1))],
    ["resource spans that are a number", varintField(1, 1)],
  ])("is refused: %s", (_, bytes) => {
    expect(() => indexSpans(bytes)).toThrow(MalformedError);
    expect(() => indexLogRecords(bytes)).toThrow(MalformedError);
  });

  test.each(namesOf(["Resource"].flatMap(wrongFields)))("is refused: %s", (_, bytes) => {
    expect(() => indexSpans(field(1, field(1, bytes)))).toThrow(MalformedError);
  });

  test.each(namesOf(wrongFields("InstrumentationScope")))("is refused: %s", (_, bytes) => {
    expect(() => indexSpans(field(1, field(2, field(1, bytes))))).toThrow(MalformedError);
  });

  test("random bytes are refused or indexed, and end in no other error", () => {
    const refusals: boolean[] = [];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const index of [indexSpans, indexLogRecords]) refusals.push(isRefused(() => index(bytes)));
      }),
      { numRuns: 2000 },
    );
    expect(new Set(refusals)).toEqual(new Set([true, false]));
  });
});

describe("one bad span", () => {
  const good = spanBody(field(5, "good"));

  function indexBetweenGoodOnes(bad: Uint8Array): ReturnType<typeof indexSpans> {
    const indexed = indexSpans(requestOf(good, bad, good));
    expect(decodeSpans(indexed.encoded).map(({ name }) => name)).toEqual(["good", "good"]);
    expect(indexed.rejected).toBe(1);
    return indexed;
  }

  test.each([
    ["no trace id", message(field(2, SPAN_ID)), "trace_id is empty or all zeros"],
    ["an empty trace id", message(field(1, ""), field(2, SPAN_ID)), "trace_id is empty or all zeros"],
    [
      "an empty trace id whose length takes ten bytes",
      message(longEmptyField(1), field(2, SPAN_ID)),
      "trace_id is empty or all zeros",
    ],
    [
      "an empty span id whose length takes ten bytes",
      message(field(1, TRACE_ID), longEmptyField(2)),
      "span_id is empty or all zeros",
    ],
    ["a trace id of zeros", message(field(1, Buffer.alloc(16)), field(2, SPAN_ID)), "trace_id is empty or all zeros"],
    ["a trace id of 1 byte", message(field(1, "x"), field(2, SPAN_ID)), "trace_id has 1 bytes instead of 16"],
    ["15 bytes", message(field(1, Buffer.alloc(15, 1)), field(2, SPAN_ID)), "trace_id has 15 bytes instead of 16"],
    ["17 bytes", message(field(1, Buffer.alloc(17, 1)), field(2, SPAN_ID)), "trace_id has 17 bytes instead of 16"],
    ["32 bytes", message(field(1, Buffer.alloc(32, 1)), field(2, SPAN_ID)), "trace_id has 32 bytes instead of 16"],
    ["no span id", field(1, TRACE_ID), "span_id is empty or all zeros"],
    ["a span id of zeros", message(field(1, TRACE_ID), field(2, Buffer.alloc(8))), "span_id is empty or all zeros"],
    ["a span id of 7 bytes", message(field(1, TRACE_ID), field(2, "seven77")), "span_id has 7 bytes instead of 8"],
    ["a parent of 4 bytes", spanBody(field(4, "four")), "parent_span_id has 4 bytes instead of 8"],
    ["a link to 3 bytes", spanBody(field(13, field(1, "abc"))), "trace_id has 3 bytes instead of 16"],
    ["an empty body", Buffer.alloc(0), "trace_id is empty or all zeros"],
    ["a cut body", spanBody(Buffer.from([0x2a, 0x05])), "not a well-formed message"],
  ])("with %s is left out and the others are kept", (_, bad, reason) => {
    expect(indexBetweenGoodOnes(bad).reasons).toEqual([`spans[1]: ${reason}`]);
  });

  test.each(
    namesOf([
      ...wrongFields("Span"),
      ...["Span.Event"].flatMap(wrongFields).map(({ name, bytes }) => ({ name, bytes: field(11, bytes) })),
      ...wrongFields("Span.Link").map(({ name, bytes }) => ({ name, bytes: field(13, bytes) })),
      ...wrongFields("Span.SpanStatus").map(({ name, bytes }) => ({ name, bytes: field(15, bytes) })),
      ...wrongFields("KeyValue").map(({ name, bytes }) => ({ name, bytes: field(9, bytes) })),
      ...wrongFields("AnyValue").map(({ name, bytes }) => ({ name, bytes: field(9, field(2, bytes)) })),
      ...wrongFields("ArrayValue").map(({ name, bytes }) => ({ name, bytes: field(9, field(2, field(5, bytes))) })),
      ...wrongFields("KeyValueList").map(({ name, bytes }) => ({ name, bytes: field(9, field(2, field(6, bytes))) })),
    ]),
  )("with %s is left out", (_, bytes) => {
    expect(indexBetweenGoodOnes(spanBody(bytes)).reasons).toEqual(["spans[1]: not a well-formed message"]);
  });

  test("cut at any byte is left out, unless the cut leaves whole fields", () => {
    const fields = [
      field(5, "name"),
      fixed64Field(7, 1n),
      field(9, keyValue("key", field(6, field(1, keyValue("k", fixed64Field(4, 1n)))))),
      field(11, fixed64Field(1, 1n), field(3, keyValue("key", field(7, "bytes")))),
      field(15, field(2, "message")),
      fixed32Field(16, 257),
    ];
    const whole = spanBody(...fields);
    const boundaries = new Set(fields.map((_, count) => spanBody(...fields.slice(0, count)).length));
    for (let length = 0; length < whole.length; length += 1) {
      const { rejected } = indexSpans(requestOf(good, whole.subarray(0, length), good));
      expect(rejected, `${length} bytes`).toBe(boundaries.has(length) ? 0 : 1);
    }
  });

  test("many bad spans are counted, and the first five are described", () => {
    const { rejected, reasons } = indexSpans(requestOf(good, ...Array.from({ length: 300 }, () => Buffer.alloc(0))));
    expect(rejected).toBe(300);
    expect(reasons).toEqual([1, 2, 3, 4, 5].map((number) => `spans[${number}]: trace_id is empty or all zeros`));
  });
});

describe("log records", () => {
  test("need no ids", () => {
    expect(indexLogRecords(requestOf(field(5, field(1, "body")), Buffer.alloc(0))).encoded.records).toHaveLength(6);
  });

  test.each([
    ["a trace id of 3 bytes", field(9, "abc"), "log_records[0]: trace_id has 3 bytes instead of 16"],
    ["a span id of 3 bytes", field(10, "abc"), "log_records[0]: span_id has 3 bytes instead of 8"],
    ["a broken body", field(5, tag(1, 2), varint(4)), "log_records[0]: not a well-formed message"],
  ])("with %s are left out", (_, bad, reason) => {
    expect(indexLogRecords(requestOf(bad, field(3, "INFO")))).toMatchObject({ rejected: 1, reasons: [reason] });
  });

  test.each(namesOf(wrongFields("LogRecord")))("with %s are left out", (_, bytes) => {
    expect(indexLogRecords(requestOf(field(3, "INFO"), bytes)).rejected).toBe(1);
  });
});

describe("records of another signal", () => {
  const logRecord = message(fixed64Field(1, 5n), varintField(2, 9), field(5, field(1, "body")));
  const metric = message(field(1, "http.requests"), field(3, "1"), field(7, field(1, fixed64Field(3, 1n))));

  test.each([
    ["log records sent as spans", indexSpans, logRecord, "The body holds log records: send them to /v1/logs."],
    ["metrics sent as spans", indexSpans, metric, "The body holds metrics: send them to /v1/metrics."],
    ["spans sent as logs", indexLogRecords, spanBody(), "The body holds spans: send them to /v1/traces."],
    ["metrics sent as logs", indexLogRecords, metric, "The body holds metrics: send them to /v1/metrics."],
  ])("are explained: %s", (_, index, record, advice) => {
    expect(() => index(requestOf(record))).toThrow(new MalformedError(advice));
  });

  test("real log records sent as spans are explained", () => {
    expect(() => indexSpans(logCaptures["otel-contrib-openai"])).toThrow("send them to /v1/logs");
    expect(() => indexLogRecords(traceCaptures.strands)).toThrow("send them to /v1/traces");
  });
});

describe("depth", () => {
  test.each([
    ["47 arrays, where protobufjs stops", nestedArray(47)],
    ["1000 arrays", nestedArray(1000)],
    ["20000 arrays", nestedArray(20_000)],
    ["32 maps", nestedMap(32)],
    ["1000 maps", nestedMap(1000)],
  ])("%s are taken", (_, value) => {
    const { encoded, rejected } = indexSpans(requestOf(spanBody(field(9, keyValue("deep", value)))));
    expect(rejected).toBe(0);
    expect(decodeSpans(encoded)).toHaveLength(1);
  });

  test("broken bytes beyond the depth that is kept do not matter", () => {
    const value = nestedArray(100, Buffer.from([0xff]));
    expect(indexSpans(requestOf(spanBody(field(9, keyValue("deep", value))))).rejected).toBe(0);
  });
});

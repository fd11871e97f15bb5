import { describe, expect, test } from "vitest";
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { decodeLogRecords, decodeSpan, decodeSpans } from "../../src/otlp/decode-records.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";
import { MalformedError } from "../../src/otlp/malformed-error.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { resource, scope, spanWith } from "../support/records.ts";
import {
  field,
  fixed32Field,
  fixed64Field,
  keyValue,
  message,
  nestedArray,
  nestedMap,
  requestOf,
  spanBody,
  tag,
  unnest,
  varint,
  varintField,
} from "./wire.ts";

function decode(...fields: Uint8Array[]): Span {
  const { encoded, rejected } = indexSpans(requestOf(spanBody(...fields)));
  expect(rejected).toBe(0);
  const [span] = decodeSpans(encoded);
  if (span === undefined) throw new Error("no span");
  return span;
}

function decodeValue(value: Uint8Array): AttributeValue | undefined {
  return decode(field(9, keyValue("key", value))).attributes.get("key");
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return message(tag(4, 1), bytes);
}

describe("an AnyValue", () => {
  test.each<[string, Uint8Array, AttributeValue]>([
    ["nothing set", message(), null],
    ["an empty string, which is not nothing", field(1, ""), ""],
    ["text", field(1, "grüße 👋"), "grüße 👋"],
    ["true", varintField(2, 1), true],
    ["false", varintField(2, 0), false],
    ["true as a long varint", message(tag(2, 0), Buffer.from([0x80, 0x80, 0x01])), true],
    ["0", varintField(3, 0), 0n],
    ["a small int", varintField(3, 127), 127n],
    ["a 32-bit int", varintField(3, 0xffff_ffffn), 0xffff_ffffn],
    ["an int beyond 2^53", varintField(3, 9_007_199_254_740_993n), 9_007_199_254_740_993n],
    ["the largest int", varintField(3, (1n << 63n) - 1n), (1n << 63n) - 1n],
    ["the smallest int", varintField(3, -(1n << 63n)), -(1n << 63n)],
    ["-1", varintField(3, -1n), -1n],
    ["-2^32", varintField(3, -(1n << 32n)), -(1n << 32n)],
    ["a double", double(0.1), 0.1],
    ["an integral double, which stays a number", double(3), 3],
    ["NaN", double(Number.NaN), Number.NaN],
    ["negative zero", double(-0), -0],
    ["infinity", double(Infinity), Infinity],
    ["bytes", field(7, Buffer.from([0, 255])), new Uint8Array([0, 255])],
    ["an empty array", field(5, ""), []],
    ["an array with a hole", field(5, field(1, ""), field(1, varintField(3, 1))), [null, 1n]],
    ["an empty map", field(6, ""), new Map()],
    [
      "a map in an array",
      field(5, field(1, field(6, field(1, keyValue("a", varintField(2, 1)))))),
      [new Map([["a", true]])],
    ],
    ["two members, of which the last counts", message(varintField(3, 1), field(1, "last")), "last"],
    ["an index into a string table", varintField(8, 7), null],
  ])("%s", (_, bytes, value) => {
    expect(decodeValue(bytes)).toStrictEqual(value);
  });

  test("without a value is null, without a key has the empty key", () => {
    expect(decode(field(9, field(1, "key")), field(9, field(2, field(1, "value")))).attributes).toEqual(
      new Map<string, AttributeValue>([
        ["key", null],
        ["", "value"],
      ]),
    );
  });

  test("bytes are a copy", () => {
    const body = spanBody(field(9, keyValue("key", field(7, "bytes"))));
    const span = decodeSpan(body, resource, scope);
    body.fill(0);
    expect(span.attributes.get("key")).toEqual(new Uint8Array(Buffer.from("bytes")));
  });
});

describe("keys", () => {
  test.each([
    "__proto__",
    "constructor",
    "prototype",
    "a.__proto__.b",
    "toString",
    "",
    "\u0000",
    "k".repeat(1_000_000),
  ])("%j are data", (key) => {
    const { attributes } = decode(
      field(9, keyValue(key, field(1, "value"))),
      field(9, keyValue("map", field(6, field(1, keyValue(key, field(1, "inner")))))),
    );
    expect(attributes.get(key)).toBe("value");
    expect(attributes.get("map")).toEqual(new Map([[key, "inner"]]));
    expect(({} as Record<string, unknown>)["value"]).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test("may be a megabyte long", () => {
    const key = "k".repeat(1_000_000);
    expect(decode(field(9, keyValue(key, field(1, "value")))).attributes.get(key)).toBe("value");
  });

  test("that come again replace the value and keep their place", () => {
    const attributes = ["first", "second", "first"].map((key, number) =>
      field(9, keyValue(key, varintField(3, number))),
    );
    expect([...decode(...attributes).attributes]).toEqual([
      ["first", 2n],
      ["second", 1n],
    ]);
  });

  test("that differ in one byte anywhere are told apart", () => {
    const base = "gen_ai.usage.output_tokens.details";
    const keys = Array.from(base, (_, at) => `${base.slice(0, at)}#${base.slice(at + 1)}`);
    for (const key of [...keys, ...keys])
      expect([...decode(field(9, keyValue(key, varintField(3, 1)))).attributes.keys()]).toEqual([key]);
  });
});

describe("text that is not UTF-8", () => {
  test.each([
    ["a lone byte", Buffer.from([0x61, 0xff, 0x62]), "a\ufffdb"],
    ["a cut sequence", Buffer.from([0xe2, 0x82]), "\ufffd"],
    ["a surrogate", Buffer.from([0xed, 0xa0, 0x80]), "\ufffd\ufffd\ufffd"],
    ["an overlong slash", Buffer.from([0xc0, 0xaf]), "\ufffd\ufffd"],
  ])("becomes U+FFFD in every place: %s", (_, bytes, text) => {
    const span = decode(
      field(5, bytes),
      field(3, bytes),
      field(9, keyValue(bytes, field(1, bytes))),
      field(11, field(2, bytes)),
      field(15, field(2, bytes)),
    );
    expect([span.name, span.traceState, span.events[0]?.name, span.status.message]).toEqual([text, text, text, text]);
    expect(span.attributes).toEqual(new Map([[text, text]]));
  });

  test("a byte order mark and NUL are text", () => {
    expect(decode(field(5, "\ufeffa\u0000b")).name).toBe("\ufeffa\u0000b");
  });
});

describe("depth", () => {
  test.each([
    ["64 arrays", nestedArray(64), [63, "deep"]],
    ["65 arrays", nestedArray(65), [64, null]],
    ["20000 arrays", nestedArray(20_000), [64, null]],
    ["64 maps", nestedMap(64), [63, "deep"]],
    ["65 maps", nestedMap(65), [64, null]],
    ["1000 maps", nestedMap(1000), [64, null]],
  ])("%s are kept down to level 64, the rest is null", (_, bytes, kept) => {
    expect(unnest(decodeValue(bytes))).toEqual(kept);
  });

  test("what is beside the deep value is kept", () => {
    const span = decode(field(9, keyValue("deep", nestedArray(500))), field(5, "name"));
    expect(span.name).toBe("name");
  });
});

describe("a span", () => {
  test("keeps everything", () => {
    const span = decode(
      field(3, "vendor=1"),
      field(4, Buffer.from("0102030405060708", "hex")),
      field(5, "chat"),
      varintField(6, 3),
      fixed64Field(7, 1_795_297_914_268_000_001n),
      fixed64Field(8, (1n << 64n) - 1n),
      varintField(10, 1),
      field(11, fixed64Field(1, 3n), field(2, "event"), varintField(4, 2)),
      varintField(12, 4),
      field(13, field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2)), field(3, "s"), fixed32Field(6, 0x300)),
      varintField(14, 5),
      field(15, field(2, "failed"), varintField(3, 2)),
      fixed32Field(16, 0x1_01),
    );
    expect(span).toMatchObject({
      traceState: "vendor=1",
      parentSpanId: "0102030405060708",
      name: "chat",
      kind: 3,
      startTimeUnixNano: 1_795_297_914_268_000_001n,
      endTimeUnixNano: (1n << 64n) - 1n,
      droppedAttributesCount: 1,
      events: [{ timeUnixNano: 3n, name: "event", droppedAttributesCount: 2 }],
      droppedEventsCount: 4,
      links: [{ traceId: "01".repeat(16), spanId: "02".repeat(8), traceState: "s", flags: 0x300 }],
      droppedLinksCount: 5,
      status: { code: 2, message: "failed" },
      flags: 0x101,
    });
  });

  test("keeps numbers that we do not know", () => {
    expect(decode(varintField(6, 99), field(15, varintField(3, 7)))).toMatchObject({ kind: 99, status: { code: 7 } });
    expect(decode(varintField(6, -1n)).kind).toBe(-1);
  });

  test.each([
    ["absent", []],
    ["empty", [field(4, "")]],
    ["all zeros", [field(4, Buffer.alloc(8))]],
  ])("has no parent when the parent's id is %s", (_, fields) => {
    expect(decode(...fields)).not.toHaveProperty("parentSpanId");
  });

  test("of which a field comes twice has the last one", () => {
    expect(decode(field(5, "first"), field(5, "last")).name).toBe("last");
  });

  test("shares resource and scope with its neighbours", () => {
    const { bytes } = encodeSpans([spanWith({}), spanWith({ spanId: "00000000000000ff" })]);
    const [one, other] = decodeSpans(indexSpans(bytes).encoded);
    expect(one?.resource).toBe(other?.resource);
    expect(one?.scope).toBe(other?.scope);
  });

  test("without resource and scope has empty ones", () => {
    expect(decode()).toMatchObject({
      resource: { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] },
      scope: { name: "", version: "", attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" },
    });
  });

  test("of broken bytes is an error", () => {
    expect(() => decodeSpan(message(tag(5, 2), varint(9)), resource, scope)).toThrow(MalformedError);
  });

  test("ids of neighbours are not mixed up", () => {
    const ids = ["01".repeat(16), "02".repeat(16), "01".repeat(16), `${"01".repeat(15)}02`];
    const spans = ids.map((traceId, number) => spanWith({ traceId, spanId: `00000000000000f${number}` }));
    expect(decodeSpans(encodeSpans(spans)).map(({ traceId, spanId }) => [traceId, spanId])).toEqual(
      spans.map(({ traceId, spanId }) => [traceId, spanId]),
    );
  });
});

describe("a log record", () => {
  test("keeps everything", () => {
    const record = message(
      fixed64Field(1, 1n),
      varintField(2, 17),
      field(3, "ERROR"),
      field(5, field(6, field(1, keyValue("content", field(1, "hi"))))),
      field(6, keyValue("event.name", field(1, "gen_ai.choice"))),
      varintField(7, 2),
      fixed32Field(8, 1),
      field(9, Buffer.alloc(16, 0xab)),
      field(10, Buffer.alloc(8, 0xcd)),
      fixed64Field(11, 3n),
      field(12, "name"),
    );
    expect(decodeLogRecords(indexLogRecords(requestOf(record)).encoded)).toMatchObject([
      {
        timeUnixNano: 1n,
        severityNumber: 17,
        severityText: "ERROR",
        body: new Map([["content", "hi"]]),
        attributes: new Map([["event.name", "gen_ai.choice"]]),
        droppedAttributesCount: 2,
        flags: 1,
        traceId: "ab".repeat(16),
        spanId: "cd".repeat(8),
        observedTimeUnixNano: 3n,
        eventName: "name",
      },
    ]);
  });

  test("without ids, or with ids of zeros, has none", () => {
    const zeros = message(field(9, Buffer.alloc(16)), field(10, Buffer.alloc(8)));
    for (const record of decodeLogRecords(indexLogRecords(requestOf(zeros, Buffer.alloc(0))).encoded)) {
      expect(record).not.toHaveProperty("traceId");
      expect(record).not.toHaveProperty("spanId");
    }
  });
});

describe("a batch", () => {
  test("decodes its spans once", () => {
    const batch = createSpanBatch(indexSpans(requestOf(spanBody(), spanBody())));
    expect(batch.count).toBe(2);
    expect(batch.spans()).toHaveLength(2);
    expect(batch.spans()).toBe(batch.spans());
  });

  test("decodes its log records once", () => {
    const batch = createLogBatch(indexLogRecords(requestOf(Buffer.alloc(0))));
    expect(batch.count).toBe(1);
    expect(batch.logRecords()).toBe(batch.logRecords());
  });
});

describe("encoding", () => {
  test("refuses a span whose ids no receiver would take", () => {
    expect(() => encodeSpans([spanWith({}), spanWith({ traceId: "" })])).toThrow(RangeError);
  });

  test("writes a lone surrogate as U+FFFD", () => {
    const [span] = decodeSpans(encodeSpans([spanWith({ name: "a\ud800b" })]));
    expect(span?.name).toBe("a\ufffdb");
  });

  test("writes spans that share a resource once with it", () => {
    const large = { ...resource, attributes: new Map([["description", "x".repeat(500_000)]]) };
    const spans = Array.from({ length: 256 }, (_, number) =>
      spanWith({ resource: large, spanId: (number + 1).toString(16).padStart(16, "0") }),
    );
    expect(encodeSpans(spans).bytes.length).toBeLessThan(600_000);
  });
});

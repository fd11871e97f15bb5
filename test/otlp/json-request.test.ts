import { describe, expect, test } from "vitest";
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { decodeSpans } from "../../src/otlp/decode-records.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { countJsonDataPoints, decodeJsonLogRecords, decodeJsonSpans } from "../../src/otlp/json-request.ts";
import { MalformedError } from "../../src/otlp/malformed-error.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { spanWith } from "../support/records.ts";
import { unnest } from "./wire.ts";

const IDS = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

/** A request of which the span's JSON is given as text, because JSON.stringify would not write what some cases need. */
function requestText(...spans: string[]): Buffer {
  return Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(",")}]}]}]}`);
}

function spanText(fields: string): string {
  return `{"traceId":"${IDS.traceId}","spanId":"${IDS.spanId}"${fields === "" ? "" : `,${fields}`}}`;
}

function decode(fields: string): Span {
  const { records, reasons } = decodeJsonSpans(requestText(spanText(fields)));
  expect(reasons).toEqual([]);
  const [span] = records;
  if (span === undefined) throw new Error("no span");
  return span;
}

function reasonFor(span: string): string | undefined {
  const good = spanText('"name":"good"');
  const { records, rejected, reasons } = decodeJsonSpans(requestText(good, span, good));
  expect(records.map(({ name }) => name)).toEqual(["good", "good"]);
  expect(rejected).toBe(1);
  return reasons[0];
}

function decodeValue(value: string): AttributeValue | undefined {
  return decode(`"attributes":[{"key":"key","value":${value}}]`).attributes.get("key");
}

describe("a body", () => {
  test.each([
    ["{}", "{}"],
    ["no resource spans", '{"resourceSpans":[]}'],
    ["null instead of a list", '{"resourceSpans":null}'],
    ["empty envelopes", '{"resourceSpans":[{},{"scopeSpans":[{}]},{"scopeSpans":null}]}'],
    ["unknown names on every level", '{"x":1,"resourceSpans":[{"y":{},"scopeSpans":[{"z":[],"scope":{"w":1}}]}]}'],
    ["a byte order mark", "\ufeff{}"],
    ["white space", " \n{} "],
  ])("of %s has no spans", (_, body) => {
    expect(decodeJsonSpans(Buffer.from(body))).toEqual({ records: [], rejected: 0, reasons: [] });
  });

  test.each([
    ["nothing", ""],
    ["a number", "1234"],
    ["a string", '"x"'],
    ["an array", "[]"],
    ["null", "null"],
    ["half an object", '{"resourceSpans":['],
    ["a trailing comma", '{"resourceSpans":[],}'],
    ["a comment", "{/* */}"],
    ["a NaN literal", '{"a":NaN}'],
    ["protobuf", "\n\u0004\u0012\u0002"],
    ["an object as the list", '{"resourceSpans":{}}'],
    ["a string as the list", '{"resourceSpans":"x"}'],
    ["a number in the list", '{"resourceSpans":[1]}'],
    ["a list as the resource", '{"resourceSpans":[{"resource":[],"scopeSpans":[]}]}'],
    ["a bad resource attribute", '{"resourceSpans":[{"resource":{"attributes":[1]}}]}'],
    ["an object as the scope spans", '{"resourceSpans":[{"scopeSpans":{}}]}'],
    ["a string as the scope", '{"resourceSpans":[{"scopeSpans":[{"scope":"x"}]}]}'],
    ["a number as schema URL", '{"resourceSpans":[{"schemaUrl":5}]}'],
    ["an object as the spans", '{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}'],
    ["UTF-16", Buffer.from("{}", "utf16le").toString("latin1")],
  ])("of %s is refused", (_, body) => {
    expect(() => decodeJsonSpans(Buffer.from(body))).toThrow(MalformedError);
  });

  test("is never quoted in the refusal", () => {
    expect(() => decodeJsonSpans(Buffer.from("my secret"))).toThrow(/^The body is not well-formed JSON\.$/);
  });

  test.each([
    ["log records sent as spans", decodeJsonSpans, { resourceLogs: [] }, "send it to /v1/logs"],
    ["metrics sent as spans", decodeJsonSpans, { resource_metrics: [] }, "send it to /v1/metrics"],
    ["spans sent as logs", decodeJsonLogRecords, { resourceSpans: [] }, "send it to /v1/traces"],
    ["spans sent as metrics", countJsonDataPoints, { resourceSpans: [] }, "send it to /v1/traces"],
  ])("of another signal is explained: %s", (_, read, body, advice) => {
    expect(() => read(Buffer.from(JSON.stringify(body)))).toThrow(advice);
  });

  test("in snake_case says the same as in lowerCamelCase", () => {
    const span = spanWith({
      parentSpanId: "0102030405060708",
      attributes: new Map<string, AttributeValue>([
        ["text", "a"],
        ["int", 1n],
        ["double", 1.5],
        ["bool", true],
        ["bytes", new Uint8Array([1])],
        ["list", [new Map([["inner", "x"]])]],
      ]),
      droppedEventsCount: 3,
    });
    const camel = JSON.stringify(toJsonRequest([span]));
    const snake = camel.replaceAll(
      /"(\w+)":/g,
      (_, key: string) => `"${key.replaceAll(/[A-Z]/g, (x) => `_${x.toLowerCase()}`)}":`,
    );
    expect(snake).toContain("resource_spans");
    expect(decodeJsonSpans(Buffer.from(snake)).records).toStrictEqual([span]);
  });
});

describe("an AnyValue", () => {
  test.each<[string, AttributeValue]>([
    ["{}", null],
    ["null", null],
    ['{"stringValue":""}', ""],
    ['{"stringValue":null}', null],
    ['{"stringValue":"\\u0000\\ufeff"}', "\u0000\ufeff"],
    ['{"boolValue":false}', false],
    ['{"intValue":"9223372036854775807"}', 9_223_372_036_854_775_807n],
    ['{"intValue":"-9223372036854775808"}', -9_223_372_036_854_775_808n],
    ['{"intValue":7}', 7n],
    ['{"intValue":-0}', 0n],
    ['{"intValue":9007199254740993}', 9_007_199_254_740_993n],
    ['{"intValue":-1234567890123456789}', -1_234_567_890_123_456_789n],
    ['{"intValue":1e3}', 1000n],
    ['{"intValue":"1e3"}', 1000n],
    ['{"intValue":1e+21}', 1e21],
    ['{"intValue":9223372036854775808}', 2 ** 63],
    ['{"intValue":"-9223372036854775809"}', -(2 ** 63)],
    ['{"intValue":1.5}', 1.5],
    [`{"intValue":${"9".repeat(400)}}`, Infinity],
    ['{"intValue":null}', null],
    ['{"doubleValue":1.5}', 1.5],
    ['{"doubleValue":"1.5e2"}', 150],
    ['{"doubleValue":12345678901234567890}', Number("12345678901234567890")],
    ['{"doubleValue":"NaN"}', Number.NaN],
    ['{"doubleValue":"Infinity"}', Infinity],
    ['{"doubleValue":"-Infinity"}', -Infinity],
    ['{"doubleValue":1e999}', Infinity],
    ['{"doubleValue":null}', null],
    ['{"bytesValue":"+/8="}', new Uint8Array([0xfb, 0xff])],
    ['{"bytesValue":"-_8"}', new Uint8Array([0xfb, 0xff])],
    ['{"bytesValue":""}', new Uint8Array(0)],
    ['{"arrayValue":{}}', []],
    ['{"arrayValue":{"values":[{"intValue":1},{},null]}}', [1n, null, null]],
    [
      '{"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}},{"key":"b"}]}}',
      new Map<string, AttributeValue>([
        ["a", true],
        ["b", null],
      ]),
    ],
    ['{"stringValue":"a","intValue":1}', 1n],
    ['{"stringValue":"a","intValue":null}', "a"],
    ['{"stringValueStrindex":3}', null],
    ['{"newValue":3}', null],
  ])("%s", (text, value) => {
    expect(decodeValue(text)).toStrictEqual(value);
  });

  test.each([
    ['{"stringValue":5}', "stringValue is not a string"],
    ['{"boolValue":"true"}', "boolValue is not a boolean"],
    ['{"intValue":""}', "intValue is not a number"],
    ['{"intValue":"abc"}', "intValue is not a number"],
    ['{"intValue":true}', "intValue is not a number"],
    ['{"intValue":" 1"}', "intValue is not a number"],
    ['{"intValue":"0x10"}', "intValue is not a number"],
    ['{"doubleValue":"nan"}', "doubleValue is not a number"],
    ['{"doubleValue":""}', "doubleValue is not a number"],
    ['{"doubleValue":{}}', "doubleValue is not a number"],
    ['{"bytesValue":"*"}', "bytesValue is not base64"],
    ['{"bytesValue":[1]}', "bytesValue is not base64"],
    ['{"arrayValue":[]}', "arrayValue is not an object"],
    ['{"arrayValue":{"values":{}}}', "values is not an array"],
    ['{"kvlistValue":1}', "kvlistValue is not an object"],
    ['"text"', "a value is not an object"],
    ["5", "a value is not an object"],
    ["[]", "a value is not an object"],
  ])("%s rejects its span", (value, reason) => {
    expect(reasonFor(spanText(`"attributes":[{"key":"key","value":${value}}]`))).toBe(`spans[1]: ${reason}`);
  });

  test.each(["arrays", "maps"])("nested deeper than 64 levels is cut to null: %s", (kind) => {
    const [open, close] =
      kind === "arrays"
        ? ['{"arrayValue":{"values":[', "]}}"]
        : ['{"kvlistValue":{"values":[{"key":"k","value":', "}]}}"];
    const value = decodeValue(`${open.repeat(5000)}{"intValue":1}${close.repeat(5000)}`);
    expect(unnest(value)).toEqual([64, null]);
  });
});

describe("a span", () => {
  test.each([
    ["no trace id", `{"spanId":"${IDS.spanId}"}`, "traceId is empty or all zeros"],
    ["an empty trace id", `{"traceId":"","spanId":"${IDS.spanId}"}`, "traceId is empty or all zeros"],
    ["zeros", `{"traceId":"${"0".repeat(32)}","spanId":"${IDS.spanId}"}`, "traceId is empty or all zeros"],
    ["an odd number of digits", `{"traceId":"abc","spanId":"${IDS.spanId}"}`, "traceId is not 32 hex digits"],
    ["no hex", `{"traceId":"${"g".repeat(32)}","spanId":"${IDS.spanId}"}`, "traceId is not 32 hex digits"],
    [
      "base64",
      `{"traceId":"CvdlGRbNQ92ESOshHIAxnA==","spanId":"${IDS.spanId}"}`,
      "traceId is not 32 hex digits, but base64, which OTLP/JSON does not use for ids",
    ],
    [
      "a span id in base64",
      `{"traceId":"${IDS.traceId}","spanId":"t61rcWkgMzE"}`,
      "spanId is not 16 hex digits, but base64, which OTLP/JSON does not use for ids",
    ],
    ["a number as id", `{"traceId":5,"spanId":"${IDS.spanId}"}`, "traceId is not a string"],
    ["no span id", `{"traceId":"${IDS.traceId}"}`, "spanId is empty or all zeros"],
    ["a short parent", spanText('"parentSpanId":"abcd"'), "parentSpanId is not 16 hex digits"],
    ["a bad link", spanText('"links":[{"traceId":"abcd"}]'), "traceId is not 32 hex digits"],
    ["a number as name", spanText('"name":5'), "name is not a string"],
    ["a negative time", spanText('"startTimeUnixNano":-1'), "startTimeUnixNano is not a 64-bit integer"],
    ["a time of 2^64", spanText('"endTimeUnixNano":"18446744073709551616"'), "endTimeUnixNano is not a 64-bit integer"],
    ["a fraction of a time", spanText('"startTimeUnixNano":1.5'), "startTimeUnixNano is not a 64-bit integer"],
    ["a time with spaces", spanText('"startTimeUnixNano":" 1"'), "startTimeUnixNano is not a 64-bit integer"],
    [
      "an endless time",
      spanText(`"startTimeUnixNano":"${"9".repeat(500)}"`),
      "startTimeUnixNano is not a 64-bit integer",
    ],
    ["an unknown name of a kind", spanText('"kind":"SPAN_KIND_X"'), "kind is not one of its numbers or names"],
    ["a negative count", spanText('"droppedEventsCount":-1'), "droppedEventsCount is not a 32-bit integer"],
    ["a list as status", spanText('"status":[]'), "status is not an object"],
    ["an object as attributes", spanText('"attributes":{}'), "attributes is not an array"],
    ["a string as attribute", spanText('"attributes":["a"]'), "an attribute is not an object"],
    ["a number as key", spanText('"attributes":[{"key":1}]'), "key is not a string"],
    ["a number as event", spanText('"events":[1]'), "events holds something that is not an object"],
    ["an array as span", "[]", "not an object"],
    ["null as span", "null", "not an object"],
  ])("with %s is left out", (_, span, reason) => {
    expect(reasonFor(span)).toBe(`spans[1]: ${reason}`);
  });

  test("has ids in lower case", () => {
    const body = requestText(`{"traceId":"${IDS.traceId.toUpperCase()}","spanId":"${IDS.spanId.toUpperCase()}"}`);
    expect(decodeJsonSpans(body).records).toMatchObject([IDS]);
  });

  test.each([['"parentSpanId":""'], ['"parentSpanId":null'], ['"parentSpanId":"0000000000000000"'], [""]])(
    "has no parent: %s",
    (fields) => {
      expect(decode(fields)).not.toHaveProperty("parentSpanId");
    },
  );

  test.each([
    ["a string", '"1795297914268000001"', 1_795_297_914_268_000_001n],
    ["a number beyond 2^53", "1795297914268000001", 1_795_297_914_268_000_001n],
    ["a number with an exponent", "1.795297914268e18", 1_795_297_914_268_000_000n],
    ["the last nanosecond", '"18446744073709551615"', 18_446_744_073_709_551_615n],
    ["null", "null", 0n],
  ])("takes a time as %s", (_, time, expected) => {
    expect(decode(`"startTimeUnixNano":${time}`).startTimeUnixNano).toBe(expected);
  });

  test.each([
    ["3", 3],
    ['"SPAN_KIND_CLIENT"', 3],
    ['"3"', 3],
    ["99", 99],
    ["-1", -1],
    ["null", 0],
  ])("takes %s as kind", (kind, expected) => {
    expect(decode(`"kind":${kind}`).kind).toBe(expected);
  });

  test("takes a status code by name, and null for anything", () => {
    expect(decode('"status":{"code":"STATUS_CODE_ERROR","message":null},"events":null,"links":null')).toMatchObject({
      status: { code: 2, message: "" },
      events: [],
      links: [],
    });
  });

  test("of which a key comes twice has the last one", () => {
    expect(decode('"name":"first","name":"last"').name).toBe("last");
  });

  test("has U+FFFD for a lone surrogate once it is encoded", () => {
    const [span] = decodeSpans(encodeSpans([decode('"name":"a\\ud800b"')]));
    expect(span?.name).toBe("a\ufffdb");
  });

  test.each([
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "a.__proto__.b",
    "constructor.prototype.x",
  ])("keeps the attribute %s as data", (key) => {
    const inner = `{"kvlistValue":{"values":[{"key":"${key}","value":{"stringValue":"inner"}}]}}`;
    const { attributes } = decode(
      `"attributes":[{"key":"${key}","value":{"stringValue":"polluted"}},{"key":"map","value":${inner}}]`,
    );
    expect(attributes.get(key)).toBe("polluted");
    expect(attributes.get("map")).toEqual(new Map([[key, "inner"]]));
    expect(Object.prototype).not.toHaveProperty("x");
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test.each(["__proto__", "constructor", "prototype"])("is not changed by a member named %s", (member) => {
    const span = decode(`"${member}":{"name":"polluted","kind":4},"attributes":[{"${member}":{"key":"x"},"key":"k"}]`);
    expect(span).toMatchObject({ name: "", kind: 0, attributes: new Map([["k", null]]) });
  });

  test("many bad spans are counted, and the first five are described", () => {
    const { rejected, reasons } = decodeJsonSpans(requestText(...Array.from({ length: 300 }, () => "{}")));
    expect([rejected, reasons.length]).toEqual([300, 5]);
  });
});

describe("integers of many digits", () => {
  test.each([
    ['{"name":"1795297914268000001, 1234567890123456789"}', "1795297914268000001, 1234567890123456789"],
    ['{"name":"quote \\" : 1795297914268000001"}', 'quote " : 1795297914268000001'],
    ['{"name":"backslash \\\\","x":1795297914268000001}', "backslash \\"],
    ['{"x":1795297914268000001,"name":"after"}', "after"],
    ['{"x":[1795297914268000001,-1795297914268000001],"name":"list"}', "list"],
    ['{"x":1795297914268000001.5,"name":"fraction"}', "fraction"],
    ['{"x":1795297914268000001e5,"name":"exponent"}', "exponent"],
  ])("leave the text around them alone: %s", (members, name) => {
    expect(decode(members.slice(1, -1)).name).toBe(name);
  });

  test("do not make malformed JSON well-formed", () => {
    expect(() => decodeJsonSpans(Buffer.from('{"a":-1795297914268000001-}'))).toThrow(MalformedError);
    expect(() => decodeJsonSpans(Buffer.from('{"a":01795297914268000001}'))).toThrow(MalformedError);
    expect(() => decodeJsonSpans(Buffer.from("{1795297914268000001:1}"))).toThrow(MalformedError);
    expect(() => decodeJsonSpans(Buffer.from('{"a":1795297914268000001,"b'))).toThrow(MalformedError);
  });
});

describe("log records", () => {
  test("keep everything", () => {
    const body = {
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: "1",
                  observedTimeUnixNano: 2,
                  severityNumber: "SEVERITY_NUMBER_ERROR2",
                  severityText: "ERROR2",
                  body: { kvlistValue: { values: [{ key: "content", value: { stringValue: "hi" } }] } },
                  attributes: [{ key: "event.name", value: { stringValue: "gen_ai.choice" } }],
                  ...IDS,
                  flags: 1,
                  eventName: "name",
                },
                { body: null, traceId: "", spanId: "0000000000000000" },
              ],
            },
          ],
        },
      ],
    };
    const { records } = decodeJsonLogRecords(Buffer.from(JSON.stringify(body)));
    expect(records[0]).toMatchObject({
      timeUnixNano: 1n,
      observedTimeUnixNano: 2n,
      severityNumber: 18,
      body: new Map([["content", "hi"]]),
      ...IDS,
      flags: 1,
      eventName: "name",
    });
    expect(records[1]?.body).toBeNull();
    expect(records[1]).not.toHaveProperty("traceId");
    expect(records[1]).not.toHaveProperty("spanId");
  });

  test("with a bad id are left out", () => {
    const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: "abc" }, {}] }] }] };
    expect(decodeJsonLogRecords(Buffer.from(JSON.stringify(body)))).toMatchObject({
      rejected: 1,
      reasons: ["logRecords[0]: traceId is not 32 hex digits"],
    });
  });
});

/** R62 to R77: OTLP/JSON. */
import assert from "node:assert/strict";
import type { AttributeValue } from "../../src/model/span.ts";
import { all, type Assertion, inJson, ofLogs, ofRecords, ofTraces } from "./assertion.ts";
import { ACCEPTED, assertDelivered, assertTakes, bodyOf } from "./checks.ts";
import type { Probe } from "./probe.ts";
import { deliveredLogRecords, deliveredRecords, deliveredSpans, readBack } from "./read-back.ts";
import { recordWith, requestWith, smallRequest, SPAN, TRACE } from "./requests.ts";

const records = all(inJson, ofRecords);
const traces = all(inJson, ofTraces);

const textOf = (probe: Probe, count = 1): string => Buffer.from(bodyOf(probe, count)).toString();
const exportText = async (probe: Probe, json: string) => probe.export(Buffer.from(json));

/** Exports a record with one attribute `k` of that value, as JSON text; returns what it is decoded to. */
async function decodeValue(probe: Probe, value: string): Promise<AttributeValue | undefined> {
  probe.inner.clear();
  assert.deepEqual(await exportText(probe, requestAround(probe, value)), ACCEPTED, value);
  return deliveredRecords(probe)[0]?.attributes.get("k");
}

function requestAround({ cell: { signal } }: Probe, value: string): string {
  assert.notEqual(signal, "metrics");
  const attributes = [{ key: "k", value: "~" }];
  const record = recordWith(signal === "traces" ? signal : "logs", attributes);
  return JSON.stringify(requestWith(signal, [record])).replace('"~"', value);
}

/** A trace request with one span that has these fields, too. */
const spanRequest = (fields: object): object => requestWith("traces", [{ traceId: TRACE, spanId: SPAN, ...fields }]);

const toSnakeCase = (json: string): string =>
  json.replaceAll(/"([a-zA-Z]+)":/g, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** Adds fields that nobody knows to every object. */
function withUnknownFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknownFields);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).map(([key, inner]) => [key, withUnknownFields(inner)]);
  return { unknown: { a: [1, null] }, ...Object.fromEntries(known), alsoUnknown: "x" };
}

export const jsonAssertions: readonly Assertion[] = [
  {
    id: "R62",
    says: "takes {} and refuses no bytes at all",
    notFor: inJson,
    async run(probe) {
      assert.deepEqual(await exportText(probe, "{}"), ACCEPTED);
      assert.equal((await exportText(probe, "")).code, 3);
      assertDelivered(probe, 0);
    },
  },
  {
    id: "R63",
    says: "refuses what is not a JSON object with 400",
    notFor: inJson,
    async run(probe) {
      for (const body of ["1234", '"x"', "[]", "null", "{", "{a:1}", "{}{}", "{,}", "NaN", '{"a":1,}'])
        assert.equal((await exportText(probe, body)).code, 3, body);
      await assertTakes(probe);
    },
  },
  {
    id: "R64",
    says: "takes names in lowerCamelCase and in snake_case",
    notFor: inJson,
    async run(probe) {
      const snake = toSnakeCase(textOf(probe, 2));
      assert.match(snake, /"resource_/);
      assert.deepEqual(await exportText(probe, snake), ACCEPTED);
      assertDelivered(probe, 2);
    },
  },
  {
    id: "R65",
    says: "ignores unknown fields on every level",
    notFor: inJson,
    async run(probe) {
      const request = withUnknownFields(smallRequest(probe.cell.signal, 2));
      assert.deepEqual(await exportText(probe, JSON.stringify(request)), ACCEPTED);
      assertDelivered(probe, 2);
    },
  },
  {
    id: "R66",
    says: 'takes ids in hex digits of either case, and "" as none',
    notFor: traces,
    async run(probe) {
      const upper = { traceId: TRACE.toUpperCase(), spanId: SPAN.toUpperCase(), parentSpanId: "" };
      const links = [{ traceId: TRACE.toUpperCase(), spanId: SPAN }];
      assert.deepEqual(await probe.export(requestWith("traces", [{ ...upper, links }])), ACCEPTED);
      const [span] = deliveredSpans(probe);
      assert.deepEqual([span?.traceId, span?.spanId, span?.parentSpanId], [TRACE, SPAN, undefined]);
      assert.equal(span?.links[0]?.traceId, TRACE);
    },
  },
  {
    id: "R66",
    says: "rejects a record whose ids are not hex digits of the right number",
    notFor: records,
    async run(probe) {
      const { signal } = probe.cell;
      const wrong = [TRACE.slice(1), `${TRACE}0`, "z".repeat(32), "CvdlGRbNQ92ESOshHIAxnA==", 12];
      const bad = wrong.map((traceId) => ({ traceId, spanId: SPAN }));
      const { code, rejected } = await probe.export(requestWith(signal, [...bad, { traceId: TRACE, spanId: SPAN }]));
      assert.deepEqual([code, rejected], [0, wrong.length]);
      assertDelivered(probe, 1);
    },
  },
  {
    id: "R67",
    says: "takes 64-bit integers as decimal strings and as numbers, both exactly",
    notFor: records,
    async run(probe) {
      for (const digits of ["9223372036854775807", "-9223372036854775808", "9007199254740993", "0"])
        for (const value of [`{"intValue":"${digits}"}`, `{"intValue":${digits}}`])
          assert.equal(await decodeValue(probe, value), BigInt(digits), value);
      const time = "1700000000000000001";
      const field = probe.cell.signal === "traces" ? "startTimeUnixNano" : "timeUnixNano";
      probe.inner.clear();
      const record = { traceId: TRACE, spanId: SPAN, [field]: "~" };
      const request = JSON.stringify(requestWith(probe.cell.signal, [record, record]));
      await exportText(probe, request.replace('"~"', `"${time}"`).replace('"~"', time));
      const times = [
        ...deliveredSpans(probe).map((span) => span.startTimeUnixNano),
        ...deliveredLogRecords(probe).map((record) => record.timeUnixNano),
      ];
      assert.deepEqual(times.map(String), [time, time]);
    },
  },
  {
    id: "R68",
    says: "takes an intValue of 1e+21, as the JavaScript SDK sends it, as a double",
    notFor: records,
    async run(probe) {
      assert.equal(await decodeValue(probe, '{"intValue":1e+21}'), 1e21);
      assert.equal(await decodeValue(probe, '{"intValue":1.5}'), 1.5);
    },
  },
  {
    id: "R69",
    says: "takes a doubleValue as number, numeric string, NaN, Infinity, and null as the SDK sends it",
    notFor: records,
    async run(probe) {
      const values: [json: string, decoded: AttributeValue][] = [
        ["1.5", 1.5],
        ["3", 3],
        ['"1.5"', 1.5],
        ['"NaN"', NaN],
        ['"Infinity"', Infinity],
        ['"-Infinity"', -Infinity],
        ["1e999", Infinity],
        ["null", null],
      ];
      for (const [json, decoded] of values)
        assert.deepEqual(await decodeValue(probe, `{"doubleValue":${json}}`), decoded);
    },
  },
  {
    id: "R70",
    says: "takes enums as numbers, also unknown ones, and as names",
    notFor: traces,
    async run(probe) {
      const kinds = [3, "SPAN_KIND_CLIENT", 99, "5"];
      const spans = kinds.map((kind) => ({
        traceId: TRACE,
        spanId: SPAN,
        kind,
        status: { code: "STATUS_CODE_ERROR" },
      }));
      assert.deepEqual(await probe.export(requestWith("traces", spans)), ACCEPTED);
      const delivered = deliveredSpans(probe);
      assert.deepEqual(
        delivered.map((span) => [span.kind, span.status.code]),
        [3, 3, 99, 5].map((kind) => [kind, 2]),
      );
    },
  },
  {
    id: "R70",
    says: "takes enums as numbers, also unknown ones, and as names: severities",
    notFor: all(inJson, ofLogs),
    async run(probe) {
      const severities = [24, "SEVERITY_NUMBER_FATAL4", 99];
      assert.deepEqual(
        await probe.export(
          requestWith(
            "logs",
            severities.map((severityNumber) => ({ severityNumber })),
          ),
        ),
        ACCEPTED,
      );
      assert.deepEqual(
        deliveredLogRecords(probe).map((record) => record.severityNumber),
        [24, 24, 99],
      );
    },
  },
  {
    id: "R71",
    says: "takes bytesValue as base64 in either alphabet, padded or not",
    notFor: records,
    async run(probe) {
      for (const text of ["+/8=", "-_8=", "+/8", "-_8"])
        assert.deepEqual(await decodeValue(probe, `{"bytesValue":"${text}"}`), new Uint8Array([0xfb, 0xff]));
    },
  },
  {
    id: "R72",
    says: "takes null for any field as if it were absent",
    notFor: traces,
    async run(probe) {
      const fields = { name: null, kind: null, attributes: null, events: null, status: null, startTimeUnixNano: null };
      const request = { resourceSpans: [{ resource: null, schemaUrl: null, scopeSpans: [] }], logs: null };
      assert.deepEqual(await probe.export(request), ACCEPTED);
      assert.deepEqual(await probe.export(spanRequest({ ...fields, flags: null, links: null })), ACCEPTED);
      assert.deepEqual(readBack(probe), requestWith("traces", [{ traceId: TRACE, spanId: SPAN }], {}, {}));
    },
  },
  {
    id: "R73",
    says: "tells an empty value from an empty text",
    notFor: records,
    async run(probe) {
      assert.equal(await decodeValue(probe, "{}"), null);
      assert.equal(await decodeValue(probe, '{"stringValue":""}'), "");
    },
  },
  {
    id: "R74",
    says: "takes the last of equal keys, and a byte order mark at the start; other Unicode encodings are refused",
    notFor: inJson,
    async run(probe) {
      const json = textOf(probe);
      assert.deepEqual(await exportText(probe, `\ufeff${json}`), ACCEPTED);
      const [resources = ""] = /resource[A-Z]\w+/.exec(json) ?? [];
      assert.deepEqual(await exportText(probe, json.replace("{", `{"${resources}":"not a list",`)), ACCEPTED);
      assertDelivered(probe, 2);
      assert.equal((await probe.export(Buffer.from(json, "utf16le"))).code, 3);
    },
  },
  {
    id: "R75",
    says: "keeps __proto__, constructor and prototype as what they are: keys of attributes",
    notFor: records,
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      const keys = ["__proto__", "constructor", "prototype", "a.__proto__.b", "constructor.prototype.x", "toString"];
      const attributes = keys.map((key) => ({ key, value: { stringValue: key } }));
      const map = { key: "map", value: { kvlistValue: { values: attributes } } };
      const json = JSON.stringify(requestWith(signal, [recordWith(signal, [...attributes, map])]));
      assert.deepEqual(await exportText(probe, json.replace("{", '{"__proto__":{"polluted":1},')), ACCEPTED);
      const [record] = deliveredRecords(probe);
      assert.deepEqual([...(record?.attributes.keys() ?? [])], [...keys, "map"]);
      const inner = record?.attributes.get("map");
      assert(inner instanceof Map);
      assert.deepEqual([...inner.keys()], keys);
      assert.deepEqual(Object.keys(Object.prototype), []);
      assert(!("polluted" in {}));
    },
  },
  {
    id: "R76",
    says: "writes a lone surrogate as U+FFFD",
    notFor: records,
    async run(probe) {
      await decodeValue(probe, String.raw`{"stringValue":"a\ud800b\udc00"}`);
      const [batch] = probe.delivered();
      assert(batch !== undefined && batch.signal !== "metrics");
      assert(Buffer.from(batch.encoded.bytes).includes("a\ufffdb\ufffd"));
    },
  },
  {
    id: "R77",
    says: "keeps NUL in texts",
    notFor: records,
    async run(probe) {
      assert.equal(await decodeValue(probe, String.raw`{"stringValue":"a\u0000b"}`), "a\0b");
      const [batch] = probe.delivered();
      assert(batch !== undefined && batch.signal !== "metrics");
      assert(Buffer.from(batch.encoded.bytes).includes("a\0b"));
    },
  },
];

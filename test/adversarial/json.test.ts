/** A60-A72, and JSON of A58: what JSON bodies can say. */
import { expect } from "vitest";
import { spansBody } from "../receivers/otlp/bodies.ts";
import { type Attack, type AttackedServer, describeAttacks } from "./attack.ts";
import { attributesOf, expectJudged, freshId, sendJson, spansOfTrace } from "./export.ts";

const ACCEPTED = "otelcol_receiver_accepted_spans";
const REJECTED = "otelcol_receiver_failed_spans";
const MALFORMED = 'reason="malformed"';

interface JsonSpan {
  readonly traceId: string;
  readonly [field: string]: unknown;
}

const text = (stringValue: string) => ({ stringValue });

/** A model call in a trace of its own; fields that are given count, and attributes come on top. */
function jsonSpan(fields: Readonly<Record<string, unknown>> = {}, attributes: readonly unknown[] = []): JsonSpan {
  const messages = (role: string): string => JSON.stringify([{ role, parts: [{ type: "text", content: "hello" }] }]);
  const call = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.input.messages": messages("user"),
    "gen_ai.output.messages": messages("assistant"),
  };
  return {
    traceId: freshId(16),
    spanId: freshId(8),
    name: "chat m",
    kind: 3,
    startTimeUnixNano: "1790000000000000000",
    endTimeUnixNano: "1790000001000000000",
    attributes: [...Object.entries(call).map(([key, value]) => ({ key, value: text(value) })), ...attributes],
    ...fields,
  };
}

const request = (...spans: readonly unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

/** The body's text with `written` where the value "@" stands: what JSON.stringify would not write. */
const withText = (body: unknown, written: string): string => JSON.stringify(body).replace('"@"', () => written);

/** Sends a span with an attribute `x` whose value is written thus, and one that is sound; resolves with what is stored of it. */
async function storedValue(server: AttackedServer, member: string, written: string): Promise<unknown> {
  const span = jsonSpan({}, [{ key: "x", value: { [member]: "@" } }]);
  expect(await sendJson(server, withText(request(span), written)), `written as ${written}`).toEqual({
    status: 200,
    rejected: 0,
  });
  return (await attributesOf(server, span.traceId)).get("x");
}

/** As storedValue of a value that is none: its span is rejected, and the one beside it stored. */
async function expectValueRejected(server: AttackedServer, member: string, written: string): Promise<void> {
  const span = jsonSpan({}, [{ key: "x", value: { [member]: "@" } }]);
  expect(await sendJson(server, withText(request(span, jsonSpan()), written)), `written as ${written}`).toEqual({
    status: 200,
    rejected: 1,
  });
}

function deepJson(levels: number): Attack {
  return {
    name: `A60 ${levels} levels of JSON, in a value and beside one, are no stack overflow`,
    counts: REJECTED,
    growthMiB: 700,
    async run(server) {
      const arrays = "[".repeat(levels) + "]".repeat(levels);
      const beside = await sendJson(server, withText(request(jsonSpan({ unknown: "@" })), arrays));
      expect(beside.status).toBe(200);
      // A level of an array value is two of JSON.
      const depth = Math.min(levels, 300_000) / 3;
      const value = '{"arrayValue":{"values":['.repeat(depth) + "]}}".repeat(depth);
      const within = await sendJson(server, withText(request(jsonSpan({}, [{ key: "deep", value: "@" }])), value));
      expect(within.status).toBe(200);
      expect((await sendJson(server, arrays)).status).toBe(400);
      expect((await sendJson(server, request(jsonSpan({ traceId: "" })))).rejected).toBe(1);
    },
  };
}

const attacks: readonly Attack[] = [
  ...[10_000, 100_000, 900_000].map(deepJson),
  {
    name: "A61 keys named like members of prototypes are data, everywhere",
    counts: ACCEPTED,
    async run(server) {
      const keys = [
        "__proto__",
        "constructor.prototype.x",
        "toString",
        "hasOwnProperty",
        "a.__proto__.b",
        "__proto__.polluted",
      ];
      const attributes = keys.map((key) => ({ key, value: text("mine") }));
      const maps = keys.map((key) => ({
        key: `map ${key}`,
        value: { kvlistValue: { values: [{ key, value: text("mine") }] } },
      }));
      const json = {
        key: "metadata",
        value: text('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
      };
      const span = jsonSpan({}, [...attributes, ...maps, json]);
      const polluting = `"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},`;
      const body = JSON.stringify(request(span)).replaceAll(/\{(?=")/g, () => `{${polluting}`);
      expect(await sendJson(server, body)).toEqual({ status: 200, rejected: 0 });
      const stored = await attributesOf(server, span.traceId);
      expect(keys.map((key) => stored.get(key))).toEqual(keys.map(() => "mine"));
      await expectJudged(server, span.traceId);
    },
  },
  {
    name: "A62 integers keep their value however they are written, and what is none rejects its span alone",
    counts: REJECTED,
    async run(server) {
      for (const [written, stored] of [
        ["1e21", 1e21],
        ['"9223372036854775807"', "9223372036854775807"],
        ["-9223372036854775808", "-9223372036854775808"],
        ["9223372036854775808", 2 ** 63],
        ["-9223372036854775809", -(2 ** 63)],
        ['"1e3"', "1000"],
        ["1.5", 1.5],
        ["null", undefined],
      ] as const)
        expect(await storedValue(server, "intValue", written)).toBe(stored);
      for (const written of ['""', '"abc"', '" 5"', "true", "{}", "[]"])
        await expectValueRejected(server, "intValue", written);
    },
  },
  {
    name: "A63 doubles that JSON has no number for are taken, and what is none rejects its span alone",
    counts: REJECTED,
    async run(server) {
      for (const written of ["null", "1e999"]) await storedValue(server, "doubleValue", written);
      for (const text of ["NaN", "Infinity", "-Infinity"])
        expect(await storedValue(server, "doubleValue", `"${text}"`)).toBe(text);
      for (const written of ['"abc"', "true", "{}"]) await expectValueRejected(server, "doubleValue", written);
    },
  },
  {
    name: "A64 times of every spelling are stored or reject their span alone",
    counts: ACCEPTED,
    async run(server) {
      for (const written of [
        "1790000000000000001",
        "-5",
        "1.5",
        '" 17 "',
        '"x"',
        "1e400",
        "null",
        "{}",
        "[]",
        "true",
        '"99999999999999999999999"',
      ]) {
        const span = jsonSpan({ startTimeUnixNano: "@" });
        const { status, rejected } = await sendJson(server, withText(request(span, jsonSpan()), written));
        expect([status, rejected <= 1], `written as ${written}`).toEqual([200, true]);
        if (rejected === 0) await expectJudged(server, span.traceId);
      }
      const exact = jsonSpan({ startTimeUnixNano: "@" });
      await sendJson(server, withText(request(exact), "1790000000000000001"));
      expect((await spansOfTrace(server, exact.traceId))[0]?.["startTimeUnixNano"]).toBe("1790000000000000001");
    },
  },
  {
    name: "A65 ids that are none reject their span alone",
    counts: REJECTED,
    async run(server) {
      const bad = [
        "abc",
        "g".repeat(32),
        "Cq92UR3NQ92ESOslHIAxnA==",
        5,
        null,
        {},
        [],
        "0".repeat(32),
        "a".repeat(30),
        "a".repeat(34),
        true,
      ];
      for (const traceId of bad)
        expect(await sendJson(server, request({ ...jsonSpan(), traceId }, jsonSpan()))).toEqual({
          status: 200,
          rejected: 1,
        });
      const upper = jsonSpan({ traceId: `ABCDEF${freshId(13)}` });
      expect(await sendJson(server, request(upper))).toEqual({ status: 200, rejected: 0 });
      expect(await spansOfTrace(server, upper.traceId.toLowerCase())).toHaveLength(1);
    },
  },
  {
    name: "A66 two members in one value are one value",
    counts: ACCEPTED,
    async run(server) {
      const span = jsonSpan({}, [{ key: "x", value: { stringValue: "a", intValue: "1", arrayValue: { values: [] } } }]);
      expect(await sendJson(server, request(span))).toEqual({ status: 200, rejected: 0 });
      expect(["a", "1", { values: [] }]).toContainEqual((await attributesOf(server, span.traceId)).get("x"));
    },
  },
  {
    name: "A67 lone surrogates, NUL, emoji and marks of direction are text",
    counts: ACCEPTED,
    async run(server) {
      const texts = ["\ufeffa", "a\0b", "😀👩‍👩‍👧‍👦", "\u202eabc\u202c", "\u2028\u2029", "é", "e\u0301"];
      const span = jsonSpan(
        {},
        texts.map((value, at) => ({ key: `t${at}`, value: text(value) })),
      );
      expect(await sendJson(server, request(span))).toEqual({ status: 200, rejected: 0 });
      const stored = await attributesOf(server, span.traceId);
      expect(texts.map((_, at) => stored.get(`t${at}`))).toEqual(texts);
      expect(await storedValue(server, "stringValue", String.raw`"a\ud800b\udc00"`)).toBe("a\ufffdb\ufffd");
      await expectJudged(server, span.traceId);
    },
  },
  {
    name: "A68 of keys that come twice the last counts",
    counts: ACCEPTED,
    async run(server) {
      const span = jsonSpan();
      const body = JSON.stringify(request(span)).replace('"name":', '"name":"first","name":');
      expect(await sendJson(server, body)).toEqual({ status: 200, rejected: 0 });
      expect(await spansOfTrace(server, span.traceId)).toMatchObject([{ name: "chat m" }]);
    },
  },
  {
    name: "A69 JSON in UTF-16 is malformed, and a byte order mark of UTF-8 passed over",
    counts: MALFORMED,
    async run(server) {
      const body = JSON.stringify(request(jsonSpan()));
      for (const mark of ["", "\ufeff"])
        expect((await sendJson(server, Buffer.from(mark + body, "utf16le"))).status).toBe(400);
      expect(await sendJson(server, Buffer.from(`\ufeff${body}`))).toEqual({ status: 200, rejected: 0 });
    },
  },
  {
    name: "A70 what JavaScript would read and JSON is not is malformed",
    counts: MALFORMED,
    async run(server) {
      for (const body of [
        "{,}",
        '{"resourceSpans":[],}',
        "{/* */}",
        "{}//",
        "{'a':1}",
        '{"a":NaN}',
        '{"a":Infinity}',
        "{a:1}",
        '{"a":01}',
        "{}{}",
        '{"a":"\n"}',
      ])
        expect((await sendJson(server, body)).status, `this: ${body}`).toBe(400);
    },
  },
  {
    name: "A71 a number of thirty million digits is a number or malformed, and soon",
    counts: { none: "it is an empty request if it is one" },
    async run(server) {
      const bodies = [
        `{"a":${"9".repeat(30_000_000)}}`,
        `{"a":-${"1".repeat(15_000_000)}.${"1".repeat(15_000_000)}e1}`,
      ];
      const before = server.processorMs();
      for (const body of bodies) expect([200, 400]).toContain((await sendJson(server, body)).status);
      expect(server.processorMs() - before).toBeLessThan(15_000);
    },
  },
  {
    name: "A72 something else than a list of resources is malformed or nothing",
    counts: MALFORMED,
    async run(server) {
      for (const resourceSpans of [{}, "x", 5, true])
        expect((await sendJson(server, { resourceSpans })).status).toBe(400);
      expect((await sendJson(server, { resourceSpans: null })).status).toBe(200);
      for (const inner of [
        [null],
        [5],
        ["x"],
        [[]],
        [{ scopeSpans: 5 }],
        [{ scopeSpans: [{ spans: {} }] }],
        [{ scopeSpans: [5] }],
      ])
        expect([200, 400]).toContain((await sendJson(server, { resourceSpans: inner })).status);
    },
  },
  {
    name: "A58 protobuf as JSON, and anything that is no object, is malformed",
    counts: MALFORMED,
    async run(server) {
      expect((await sendJson(server, spansBody(3))).status).toBe(400);
      for (const body of ["", " ", "1234", '"x"', "[]", "null", "true", "\0"])
        expect((await sendJson(server, body)).status).toBe(400);
    },
  },
];

describeAttacks("JSON bodies", attacks);

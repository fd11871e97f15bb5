/** A40-A55: what protobuf bytes can say. */
import { expect } from "vitest";
import { oracleFields } from "../otlp/oracle.ts";
import {
  field,
  fixed32Field,
  fixed64Field,
  keyValue,
  message,
  nestedArray,
  nestedMap,
  requestOf,
  tag,
  varint,
  varintField,
} from "../otlp/wire.ts";
import { type Attack, type AttackedServer, describeAttacks } from "./attack.ts";
import {
  attribute,
  attributesOf,
  expectJudged,
  freshId,
  hex,
  modelCallFields,
  requestOfSpans,
  sendModelCall,
  sendProtobuf,
  spansOfTrace,
  textAttribute,
  wireSpan,
} from "./export.ts";

const ACCEPTED = "otelcol_receiver_accepted_spans";
const REJECTED = "otelcol_receiver_failed_spans";
const MALFORMED = 'reason="malformed"';
const MEBIBYTE = 1024 * 1024;

const spanOf = (...fields: readonly Uint8Array[]): Buffer => wireSpan(freshId(16), freshId(8), ...fields);

async function expectEach(server: AttackedServer, status: number, bodies: Iterable<Uint8Array>): Promise<void> {
  for (const body of bodies) expect((await sendProtobuf(server, body)).status).toBe(status);
}

/** `part` so often that it makes up `count` of them, without a Buffer for each. */
const repeated = (part: Uint8Array, count: number): Buffer => Buffer.alloc(part.length * count, part);

/** Where a message lies in a trace request, from the outside in: the numbers of the fields that lead to it. */
const PLACES: Readonly<Record<string, readonly number[]>> = {
  ExportTraceServiceRequest: [],
  ResourceSpans: [1],
  Resource: [1, 1],
  KeyValue: [1, 1, 1],
  AnyValue: [1, 1, 1, 2],
  ArrayValue: [1, 1, 1, 2, 5],
  KeyValueList: [1, 1, 1, 2, 6],
  EntityRef: [1, 1, 3],
  ScopeSpans: [1, 2],
  InstrumentationScope: [1, 2, 1],
  Span: [1, 2, 2],
  "Span.Event": [1, 2, 2, 11],
  "Span.Link": [1, 2, 2, 13],
  "Span.SpanStatus": [1, 2, 2, 15],
};

/** What follows a tag in each wire type: of 0, 1, 2 and 5 a value, of the groups nothing, of 6 and 7 nothing there is. */
const inWireType: readonly ((id: number) => Buffer)[] = [
  (id) => varintField(id, 5),
  (id) => fixed64Field(id, 5n),
  (id) => field(id, "x"),
  (id) => tag(id, 3),
  (id) => tag(id, 4),
  (id) => fixed32Field(id, 5),
  (id) => tag(id, 6),
  (id) => tag(id, 7),
];

/** A request that has something in the place of a message; a span there, or around it, has ids. */
function placed(place: readonly number[], content: Buffer): Buffer {
  const isSpan = place.length >= 3 && place[1] === 2 && place[2] === 2;
  const ids = isSpan ? message(field(1, hex(freshId(16))), field(2, hex(freshId(8)))) : Buffer.alloc(0);
  return place.reduceRight(
    (inner, number, depth) => field(number, ...(depth === 2 && isSpan ? [ids] : []), inner),
    content,
  );
}

/** Each field of each message, once in each wire type. */
function* everyFieldInEveryWireType(): Generator<{ name: string; type: string; wireType: number; body: Buffer }> {
  for (const [owner, place] of Object.entries(PLACES))
    for (const { id, name, type } of oracleFields(owner))
      for (const [wireType, content] of inWireType.entries())
        yield { name: `${owner}.${name}`, type, wireType, body: placed(place, content(id)) };
}

const wireTypes: Readonly<Record<string, number>> = {
  string: 2,
  bytes: 2,
  bool: 0,
  int64: 0,
  uint32: 0,
  SpanKind: 0,
  int32: 0,
  fixed64: 1,
  double: 1,
  fixed32: 5,
};

/** Its own wire type, if what is sent in it is a value: "x" is no message, and no id. Of a field that spans do not have, any. */
function acceptableWireTypes(name: string, type: string): readonly number[] {
  if (name.endsWith("Strindex")) return [0, 1, 2, 5];
  const own = wireTypes[type];
  return own === undefined || /(?:trace|span)Id$/i.test(name) ? [] : [own];
}

const longVarint = Buffer.alloc(11, 0xff);
const INVALID_UTF8 = Buffer.from([0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf5]);

/** Spans of one trace; `parentOf` gives the number of the parent, or 0 for none. */
function family(count: number, parentOf: (number: number) => number): { traceId: string; body: Buffer } {
  const traceId = freshId(16);
  const id = (number: number): string => number.toString(16).padStart(16, "0");
  const spans = Array.from({ length: count }, (_, at) => {
    const parent = parentOf(at + 1);
    const call = at === 0 ? modelCallFields() : [];
    return wireSpan(traceId, id(at + 1), ...(parent === 0 ? [] : [field(4, hex(id(parent)))]), ...call);
  });
  return { traceId, body: requestOfSpans(spans) };
}

type Family = readonly [what: string, count: number, parentOf: (number: number) => number];

function families(...all: readonly Family[]): readonly Attack[] {
  return all.map(([what, count, parentOf]) => ({
    name: `A54 spans that are ${what} become a judged session`,
    counts: ACCEPTED,
    growthMiB: 700,
    async run(server) {
      const { traceId, body } = family(count, parentOf);
      expect(await sendProtobuf(server, body)).toEqual({ status: 200, rejected: 0 });
      await expectJudged(server, traceId);
    },
  }));
}

const attacks: readonly Attack[] = [
  ...[48, 1000, 20_000].flatMap((levels): Attack[] => [
    {
      name: `A40 ${levels} nested arrays cost one value, not the span`,
      counts: ACCEPTED,
      run: async (server) => void (await sendModelCall(server, attribute("deep", nestedArray(levels)))),
    },
    {
      name: `A40 ${levels} nested maps cost one value, not the span`,
      counts: ACCEPTED,
      run: async (server) => void (await sendModelCall(server, attribute("deep", nestedMap(levels)))),
    },
  ]),
  {
    name: "A41 200 KB of groups that begin are malformed, where an unknown field may be too",
    counts: MALFORMED,
    run: async (server) =>
      expectEach(server, 400, [
        repeated(tag(1, 3), 200_000),
        repeated(tag(99, 3), 100_000),
        field(1, repeated(tag(20, 3), 100_000)),
      ]),
  },
  {
    name: "A42 varints of 11 bytes, negative lengths and lengths beyond the end are malformed",
    counts: MALFORMED,
    run: async (server) =>
      expectEach(server, 400, [
        longVarint,
        Buffer.concat([tag(1, 2), longVarint]),
        Buffer.concat([tag(1, 2), varint(-1)]),
        Buffer.concat([tag(1, 2), varint(2 ** 31)]),
        Buffer.concat([tag(1, 2), varint(2n ** 63n)]),
        Buffer.concat([tag(1, 2), varint(100), Buffer.alloc(99)]),
        Buffer.concat([tag(99, 2), varint(2n ** 64n - 1n)]),
      ]),
  },
  {
    name: "A43 every known field is taken in its own wire type, and in every other malformed, or its span is",
    counts: MALFORMED,
    async run(server) {
      for (const { name, type, wireType, body } of everyFieldInEveryWireType()) {
        const { status, rejected } = await sendProtobuf(server, body);
        const isTaken = status === 200 && rejected === 0;
        const isRefused = status === 400 || (status === 200 && rejected === 1);
        const isAcceptable = acceptableWireTypes(name, type).includes(wireType);
        expect([isTaken, isRefused], `${name}, a ${type}, in wire type ${wireType}`).toEqual([
          isAcceptable,
          !isAcceptable,
        ]);
      }
    },
  },
  {
    name: "A44 field number 0 is malformed, and the highest one unknown",
    counts: MALFORMED,
    async run(server) {
      await expectEach(server, 400, [field(0, "x"), varintField(0, 1), field(1, field(0, "x"))]);
      const highest = 2 ** 29 - 1;
      await expectEach(server, 200, [
        field(highest, "x"),
        requestOf(spanOf(field(highest, "x"), varintField(highest, 1))),
      ]);
    },
  },
  {
    name: "A45 a million empty ResourceSpans are nothing",
    counts: { none: "there is no span in it" },
    async run(server) {
      expect(await sendProtobuf(server, repeated(field(1), 1_000_000))).toEqual({ status: 200, rejected: 0 });
      expect(await sendProtobuf(server, field(1, repeated(field(2), 1_000_000)))).toEqual({ status: 200, rejected: 0 });
    },
  },
  {
    name: "A46 a million empty spans are all rejected",
    counts: REJECTED,
    async run(server) {
      const answer = await sendProtobuf(server, field(1, field(2, repeated(field(2), 1_000_000))));
      expect(answer).toEqual({ status: 200, rejected: 1_000_000 });
    },
  },
  {
    name: "A47 a million attributes reject their span alone, of one key or of many",
    counts: REJECTED,
    async run(server) {
      const same = repeated(textAttribute("k", "v"), 1_000_000);
      const distinct = repeated(textAttribute("0000000", "v"), 1_000_000);
      const size = distinct.length / 1_000_000;
      for (let at = 0; at < 1_000_000; at += 1) distinct.write(String(at).padStart(7, "0"), at * size + 4, "latin1");
      for (const attributes of [same, distinct])
        expect(await sendProtobuf(server, requestOf(spanOf(attributes), spanOf()))).toEqual({
          status: 200,
          rejected: 1,
        });
    },
  },
  {
    name: "A49 keys of a megabyte, of nothing and of NUL are keys",
    counts: ACCEPTED,
    async run(server) {
      const long = "k".repeat(MEBIBYTE);
      const keys = [long, "", "\0", "a\0b"];
      const traceId = await sendModelCall(server, ...keys.map((key) => textAttribute(key, "v")));
      const stored = await attributesOf(server, traceId);
      expect(keys.map((key) => stored.get(key))).toEqual(keys.map(() => "v"));
      await expectJudged(server, traceId);
    },
  },
  {
    name: "A50 invalid UTF-8 is replaced, in names, keys, values and trace state",
    counts: ACCEPTED,
    async run(server) {
      const fields = [field(5, INVALID_UTF8), field(3, INVALID_UTF8), textAttribute(INVALID_UTF8, INVALID_UTF8)];
      const traceId = await sendModelCall(server, ...fields);
      const [span] = await spansOfTrace(server, traceId);
      const replaced = INVALID_UTF8.toString("utf8");
      expect(replaced).toContain("\ufffd");
      expect([span?.name, span?.["traceState"]]).toEqual([replaced, replaced]);
      expect((await attributesOf(server, traceId)).get(replaced)).toBe(replaced);
    },
  },
  {
    name: "A51 ids of the wrong length, or of zeros, reject their span alone",
    counts: REJECTED,
    async run(server) {
      const ids = [0, 1, 15, 17, 32].map((length) => Buffer.alloc(length, 1));
      const spans = [...ids, Buffer.alloc(16)].map((id) => message(field(1, id), field(2, hex(freshId(8)))));
      const spanIds = [0, 1, 7, 9, 16].map((length) => Buffer.alloc(length, 1));
      const more = [...spanIds, Buffer.alloc(8)].map((id) => message(field(1, hex(freshId(16))), field(2, id)));
      expect(await sendProtobuf(server, requestOf(...spans, ...more, spanOf()))).toEqual({ status: 200, rejected: 12 });
    },
  },
  {
    name: "A52 impossible times are stored, and their session is judged",
    counts: ACCEPTED,
    async run(server) {
      const year2262 = 9_223_372_036_854_775_807n;
      const times: readonly (readonly [bigint, bigint])[] = [
        [5n, 1n],
        [0n, 1_790_000_000_000_000_000n],
        [1_790_000_000_000_000_000n, 0n],
        [0n, 0n],
        [1n, 2n],
        [year2262, year2262],
        [2n ** 64n - 1n, 2n ** 64n - 1n],
        [0n, 2n ** 64n - 1n],
      ];
      for (const [start, end] of times) {
        const traceId = await sendModelCall(server, fixed64Field(7, start), fixed64Field(8, end));
        const [span] = await spansOfTrace(server, traceId);
        expect([span?.["startTimeUnixNano"] ?? "0", span?.["endTimeUnixNano"] ?? "0"]).toEqual([
          String(start),
          String(end),
        ]);
        await expectJudged(server, traceId);
      }
    },
  },
  {
    name: "A53 enum values that nobody knows are kept",
    counts: ACCEPTED,
    async run(server) {
      const traceId = await sendModelCall(server, varintField(6, 99), field(15, varintField(3, 7)));
      const [span] = await spansOfTrace(server, traceId);
      expect(span).toMatchObject({ kind: 99, status: { code: 7 } });
      await expectJudged(server, traceId);
    },
  },
  ...families(
    ["its own parent", 1, () => 1],
    ["each other's parents", 2, (number) => 3 - number],
    ["a circle of a thousand", 1000, (number) => (number % 1000) + 1],
    ["a chain of ten thousand", 10_000, (number) => number - 1],
  ),
  {
    name: "A55 a span sent again is there once: as it was, and in its fuller version",
    counts: ACCEPTED,
    async run(server) {
      const [traceId, spanId] = [freshId(16), freshId(8)];
      const poor = wireSpan(traceId, spanId, ...modelCallFields());
      const full = wireSpan(traceId, spanId, ...modelCallFields(), textAttribute("more", "yes"));
      for (const spans of [[poor], [poor, poor], [full, poor], [poor]])
        expect(await sendProtobuf(server, requestOf(...spans))).toEqual({ status: 200, rejected: 0 });
      expect(await spansOfTrace(server, traceId)).toHaveLength(1);
      expect((await attributesOf(server, traceId)).get("more")).toBe("yes");
    },
  },
  {
    name: "A57 half a megabyte of resource over 256 spans is held once",
    counts: ACCEPTED,
    growthMiB: 250,
    async run(server) {
      const traceId = freshId(16);
      const resource = field(1, field(1, keyValue("big", field(1, Buffer.alloc(500_000, "r")))));
      const spans = Array.from({ length: 256 }, (_, at) =>
        wireSpan(traceId, freshId(8), ...(at === 0 ? modelCallFields() : [])),
      );
      const body = field(1, resource, field(2, ...spans.map((span) => field(2, span))));
      expect(await sendProtobuf(server, body)).toEqual({ status: 200, rejected: 0 });
      await expectJudged(server, traceId);
    },
  },
  {
    name: "A58 random bytes, and JSON as protobuf, are malformed",
    counts: MALFORMED,
    async run(server) {
      const random = Array.from({ length: 50 }, (_, at) =>
        Buffer.from(Array.from({ length: 200 }, (_, index) => (at * 7919 + index * index * 31 + 7) & 0xff)),
      );
      for (const body of random) expect([200, 400]).toContain((await sendProtobuf(server, body)).status);
      await expectEach(
        server,
        400,
        ["{}", '{"resourceSpans":[]}', "[]", '"x"'].map((text) => Buffer.from(text)),
      );
    },
  },
];

/** After these a process keeps memory that it may use again, and others would be blamed for it. */
const largest: readonly Attack[] = [
  {
    name: "A48 a text just under the limit is stored, and one over it is too large",
    counts: 'reason="too_large"',
    growthMiB: 700,
    async run(server) {
      const traceId = freshId(16);
      const long = textAttribute("long", Buffer.alloc(63 * MEBIBYTE, "x"));
      expect(await sendProtobuf(server, requestOf(wireSpan(traceId, freshId(8), long)))).toEqual({
        status: 200,
        rejected: 0,
      });
      expect(
        (await sendProtobuf(server, requestOf(spanOf(textAttribute("long", Buffer.alloc(64 * MEBIBYTE)))))).status,
      ).toBe(413);
    },
  },
  ...families(["a hundred thousand children of one", 100_000, (number) => (number === 1 ? 0 : 1)]),
];

describeAttacks("protobuf bodies", attacks);
describeAttacks("the largest protobuf bodies", largest);

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EncodedRecords } from "../../src/model/signal-batch.ts";
import { decodeSpans } from "../../src/otlp/decode-records.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { compactRecords, joinRecords, sliceRecords } from "../../src/otlp/slice-records.ts";
import { agentResource, agentScope, agentSpan } from "../support/agent-spans.ts";

const scopes = Array.from({ length: 4 }, (_, number) => ({ ...agentScope, name: `scope ${number}` }));
const resources = Array.from({ length: 3 }, (_, number) => ({ ...agentResource, schemaUrl: `resource ${number}` }));
const spanOf = ([scope, resource, size]: readonly [number, number, number]) =>
  agentSpan({ name: "n".repeat(size), scope: scopes[scope]!, resource: resources[resource]! });
const shapes = fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.nat(500)), { maxLength: 40 });
const countOf = ({ records }: EncodedRecords): number => records.length / 3;

describe("slices of a request", () => {
  test("are the request itself when it fits", () => {
    const encoded = encodeSpans([agentSpan(), agentSpan()]);
    expect([...sliceRecords(encoded, { bytes: encoded.bytes.length, records: 2 })]).toEqual([encoded]);
  });

  test("are none of a request without records", () => {
    expect([...sliceRecords(encodeSpans([]), { bytes: 1, records: 1 })]).toEqual([]);
  });

  test("hold all spans with their resources and scopes, in order, within the limits", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 10 }),
        (list, bytes, records) => {
          const spans = list.map(spanOf);
          const slices = [...sliceRecords(encodeSpans(spans), { bytes, records })];
          expect(slices.flatMap(decodeSpans)).toEqual(spans);
          for (const slice of slices) {
            expect(countOf(slice)).toBeLessThanOrEqual(records);
            const lengths = slice.records.filter((_, at) => at % 3 === 1).reduce((sum, length) => sum + length, 0);
            expect(countOf(slice) === 1 || lengths <= bytes).toBe(true);
          }
        },
      ),
    );
  });

  test("name only the resources and scopes of their own spans", () => {
    const spans = Array.from({ length: 9 }, (_, number) => spanOf([number % 4, Math.floor(number / 3), 100]));
    for (const slice of sliceRecords(encodeSpans(spans), { bytes: 1, records: 1 }))
      expect([slice.scopes.length / 5, slice.resources.length / 4]).toEqual([1, 1]);
  });

  test("can be of memory that threads share, and of records that were left out", () => {
    const spans = Array.from({ length: 6 }, (_, number) => spanOf([number % 4, number % 3, 100]));
    const encoded = encodeSpans(spans);
    const bytes = new Uint8Array(new SharedArrayBuffer(encoded.bytes.length));
    bytes.set(encoded.bytes);
    const records = encoded.records.filter((_, at) => Math.floor(at / 3) % 2 === 1);
    const slices = [...sliceRecords({ ...encoded, bytes, records }, { bytes: 1, records: 2 })];
    expect(slices.flatMap(decodeSpans)).toEqual([spans[1], spans[3], spans[5]]);
    expect(slices.every((slice) => slice.bytes === bytes)).toBe(true);
  });

  test.each([
    ["small records", { name: "x", count: 8000 }],
    ["records of some size", { name: "x".repeat(1000), count: 1000 }],
  ])("of %s with a large resource are together never much more than the request", (_, { name, count }) => {
    const resource = { ...agentResource, schemaUrl: "x".repeat(100_000) };
    const spans = Array.from({ length: count }, () => agentSpan({ name, attributes: new Map(), resource }));
    const encoded = encodeSpans(spans);
    const slices = [...sliceRecords(encoded, { bytes: 50_000, records: 100 })];
    expect(slices.length).toBeGreaterThan(1);
    expect(slices.reduce((sum, slice) => sum + countOf(slice), 0)).toBe(count);
    const carried = slices.reduce((sum, slice) => sum + compactRecords(slice).bytes.length, 0);
    expect(carried).toBeLessThan(3 * encoded.bytes.length);
  });
});

describe("joined requests", () => {
  test("hold the spans of all, in order, each with its resource and scope", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 2000 }), (list, bytes) => {
        const spans = list.map(spanOf);
        const slices = [...sliceRecords(encodeSpans(spans), { bytes, records: 5 })];
        const joined = joinRecords(
          slices.map((slice, at) => (at % 2 === 0 ? compactRecords(slice) : encodeSpans(decodeSpans(slice)))),
        );
        expect(decodeSpans(joined)).toEqual(spans);
        expect(countOf(joined)).toBe(spans.length);
      }),
    );
  });

  test("without records have none", () => {
    expect(decodeSpans(joinRecords([]))).toEqual([]);
    const span = agentSpan();
    expect(decodeSpans(joinRecords([encodeSpans([]), encodeSpans([span]), encodeSpans([])]))).toEqual([span]);
  });
});

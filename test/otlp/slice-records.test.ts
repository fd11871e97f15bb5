import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EncodedRecords } from "../../src/model/signal-batch.ts";
import { decodeSpans } from "../../src/otlp/decode-records.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { sliceRecords } from "../../src/otlp/slice-records.ts";
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
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLogRecords, decodeSpans } from "../../src/otlp/decode-records.ts";
import { encodeExportRequest } from "../../src/otlp/encode-export-request.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";
import type { EncodedRecords } from "../../src/model/signal-batch.ts";
import { logRecords, spans } from "./arbitraries.ts";
import { logCaptures, traceCaptures } from "./captures.ts";
import { oracleDecode } from "./oracle.ts";

const runs = { numRuns: 200 };

/** The batch with only those of its records. */
function only(encoded: EncodedRecords, rows: readonly number[]): EncodedRecords {
  return {
    ...encoded,
    records: Uint32Array.from(rows.flatMap((row) => [...encoded.records.subarray(row * 3, row * 3 + 3)])),
  };
}

describe("a batch as an export request", () => {
  test("has the same spans", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const request = indexSpans(encodeExportRequest(encodeSpans(spans)));
        expect(request.rejected).toBe(0);
        expect(decodeSpans(request.encoded)).toStrictEqual(spans);
      }),
      runs,
    );
  });

  test("has the same log records", () => {
    fc.assert(
      fc.property(logRecords, (records) => {
        const request = indexLogRecords(encodeExportRequest(encodeLogRecords(records)));
        expect(decodeLogRecords(request.encoded)).toStrictEqual(records);
      }),
      runs,
    );
  });

  test("has those records that the batch lists, in that order", () => {
    fc.assert(
      fc.property(spans, fc.array(fc.nat()), (spans, numbers) => {
        const rows = spans.length === 0 ? [] : numbers.map((number) => number % spans.length);
        const request = encodeExportRequest(only(encodeSpans(spans), rows));
        expect(decodeSpans(indexSpans(request).encoded)).toStrictEqual(rows.map((row) => spans[row]));
      }),
      runs,
    );
  });

  test.each(Object.entries(traceCaptures))("is, byte for byte in meaning, what %s sent", (_, bytes) => {
    const request = encodeExportRequest(indexSpans(bytes).encoded);
    const type = "ExportTraceServiceRequest";
    expect(oracleDecode(type, request)).toEqual(oracleDecode(type, bytes));
  });

  test.each(Object.entries(logCaptures))("is what %s sent, of logs", (_, bytes) => {
    const request = encodeExportRequest(indexLogRecords(bytes).encoded);
    const type = "ExportLogsServiceRequest";
    expect(oracleDecode(type, request)).toEqual(oracleDecode(type, bytes));
  });

  test("keeps fields that this server does not know", () => {
    const span = Buffer.concat([Buffer.from(encodeSpansOnly()), Buffer.from([0x98, 0x06, 0x01])]); // field 99
    const scope = field(2, field(2, span));
    const { encoded } = indexSpans(field(1, scope));
    expect(Buffer.from(encodeExportRequest(encoded)).includes(span)).toBe(true);
  });

  test("is the batch's own bytes when nothing is missing from them", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const whole = encodeSpans(spans);
        expect(encodeExportRequest(whole)).toBe(whole.bytes);
      }),
      runs,
    );
  });

  test("is never the batch's own bytes when a record is missing, comes twice or is elsewhere", () => {
    const several = spans.filter((spans) => spans.length > 1);
    fc.assert(
      fc.property(several, fc.nat(), (spans, number) => {
        const whole = encodeSpans(spans);
        const rows = spans.map((_, row) => row);
        const chosen = number % spans.length;
        const others = [rows.toSpliced(chosen, 1), rows.toSpliced(chosen, 0, chosen), rows.toReversed()];
        for (const listed of others) expect(encodeExportRequest(only(whole, listed))).not.toBe(whole.bytes);
      }),
      runs,
    );
  });

  test("leaves out what was rejected", () => {
    const withoutIds = field(2, field(2, Buffer.alloc(0)));
    const { encoded, rejected } = indexSpans(field(1, withoutIds));
    expect(rejected).toBe(1);
    expect(encodeExportRequest(encoded)).toHaveLength(0);
  });
});

/** The body of one valid span. */
function encodeSpansOnly(): Uint8Array {
  return Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2))]);
}

function field(number: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
}

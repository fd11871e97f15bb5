import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeLogRecords,
  decodeResource,
  decodeScope,
  decodeSpan,
  decodeSpans,
} from "../../src/otlp/decode-records.ts";
import { encodeLogRecord, encodeLogRecords, encodeSpan, encodeSpans } from "../../src/otlp/encode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";
import { decodeJsonLogRecords, decodeJsonSpans } from "../../src/otlp/json-request.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { logRecords, spans } from "./arbitraries.ts";
import { jsonLogCaptures, jsonTraceCaptures, logCaptures, traceCaptures } from "./captures.ts";
import { oracleDecode, oracleEncode } from "./oracle.ts";

const runs = { numRuns: 120 };

function jsonBytes(value: unknown, replace?: (key: string, value: unknown) => unknown): Buffer {
  return Buffer.from(JSON.stringify(value, replace));
}

/** protobufjs hands it out as a number, and JSON.stringify would lose the sign. */
const keepNegativeZero = (_key: string, value: unknown): unknown => (Object.is(value, -0) ? "-0" : value);

describe("any spans", () => {
  test("survive protobuf", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        expect(decodeSpans(encodeSpans(spans))).toStrictEqual(spans);
      }),
      runs,
    );
  });

  test("survive JSON", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        expect(decodeJsonSpans(jsonBytes(toJsonRequest(spans)))).toStrictEqual({
          records: spans,
          rejected: 0,
          reasons: [],
        });
      }),
      runs,
    );
  });

  test("are read by protobufjs as we wrote them", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const object = oracleDecode("ExportTraceServiceRequest", encodeSpans(spans).bytes);
        expect(decodeJsonSpans(jsonBytes(object, keepNegativeZero)).records).toStrictEqual(spans);
      }),
      runs,
    );
  });

  test("are read by us as protobufjs wrote them", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const bytes = oracleEncode("ExportTraceServiceRequest", toJsonRequest(spans));
        const { encoded, rejected } = indexSpans(bytes);
        expect(rejected).toBe(0);
        expect(decodeSpans(encoded)).toStrictEqual(spans);
      }),
      runs,
    );
  });

  test("survive one by one, with their resource and scope", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const { bytes, records, scopes, resources } = encodeSpans(spans);
        const cut = (offset = 0, length = 0): Uint8Array => bytes.subarray(offset, offset + length);
        for (const [number, span] of spans.entries()) {
          const [, , scopeRow = 0] = records.subarray(number * 3);
          const [scopeAt, scopeLength, , , resourceRow = 0] = scopes.subarray(scopeRow * 5);
          const [resourceAt, resourceLength] = resources.subarray(resourceRow * 4);
          const resource = decodeResource(cut(resourceAt, resourceLength), span.resource.schemaUrl);
          const scope = decodeScope(cut(scopeAt, scopeLength), span.scope.schemaUrl);
          expect(decodeSpan(encodeSpan(span), resource, scope)).toStrictEqual(span);
        }
      }),
      runs,
    );
  });

  test("are encoded one by one as within a request", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const { bytes, records } = encodeSpans(spans);
        for (const [number, span] of spans.entries()) {
          const [offset = 0, length = 0] = records.subarray(number * 3);
          expect(Buffer.from(encodeSpan(span))).toStrictEqual(Buffer.from(bytes.subarray(offset, offset + length)));
        }
      }),
      runs,
    );
  });
});

describe("any log records", () => {
  test("survive protobuf", () => {
    fc.assert(
      fc.property(logRecords, (records) => {
        expect(decodeLogRecords(encodeLogRecords(records))).toStrictEqual(records);
      }),
      runs,
    );
  });

  test("survive JSON", () => {
    fc.assert(
      fc.property(logRecords, (records) => {
        const { resourceLogs = [] } = toJsonRequest([], records);
        expect(decodeJsonLogRecords(jsonBytes({ resourceLogs })).records).toStrictEqual(records);
      }),
      runs,
    );
  });

  test("are read by protobufjs as we wrote them, and by us as protobufjs wrote them", () => {
    fc.assert(
      fc.property(logRecords, (records) => {
        const object = oracleDecode("ExportLogsServiceRequest", encodeLogRecords(records).bytes);
        expect(decodeJsonLogRecords(jsonBytes(object, keepNegativeZero)).records).toStrictEqual(records);
        const { resourceLogs = [] } = toJsonRequest([], records);
        const bytes = oracleEncode("ExportLogsServiceRequest", { resourceLogs });
        expect(decodeLogRecords(indexLogRecords(bytes).encoded)).toStrictEqual(records);
      }),
      runs,
    );
  });

  test("are encoded one by one as within a request", () => {
    fc.assert(
      fc.property(logRecords, (records) => {
        const { bytes, records: rows } = encodeLogRecords(records);
        for (const [number, record] of records.entries()) {
          const start = rows[number * 3] ?? 0;
          const end = start + (rows[number * 3 + 1] ?? 0);
          expect(Buffer.from(encodeLogRecord(record))).toStrictEqual(Buffer.from(bytes.subarray(start, end)));
        }
      }),
      runs,
    );
  });
});

describe("real requests", () => {
  test.each(Object.entries(traceCaptures))("%s: protobuf, JSON and protobufjs agree", (_, bytes) => {
    const spans = decodeSpans(indexSpans(bytes).encoded);
    expect(spans.length).toBeGreaterThan(0);
    expect(decodeJsonSpans(jsonBytes(oracleDecode("ExportTraceServiceRequest", bytes))).records).toStrictEqual(spans);
    expect(decodeJsonSpans(jsonBytes(toJsonRequest(spans))).records).toStrictEqual(spans);
  });

  test.each(Object.entries(jsonTraceCaptures))("%s: JSON, protobuf and protobufjs agree", (_, body) => {
    const { records, rejected } = decodeJsonSpans(body);
    expect(rejected).toBe(0);
    expect(records.length).toBeGreaterThan(0);
    expect(decodeSpans(encodeSpans(records))).toStrictEqual(records);
    const oracleBytes = oracleEncode("ExportTraceServiceRequest", JSON.parse(body.toString()));
    expect(decodeSpans(indexSpans(oracleBytes).encoded)).toStrictEqual(records);
  });

  test.each(Object.entries(logCaptures))("%s: protobuf and protobufjs agree", (_, bytes) => {
    const records = decodeLogRecords(indexLogRecords(bytes).encoded);
    expect(records.length).toBeGreaterThan(0);
    const object = oracleDecode("ExportLogsServiceRequest", bytes);
    expect(decodeJsonLogRecords(jsonBytes(object)).records).toStrictEqual(records);
  });

  test.each(Object.entries(jsonLogCaptures))("%s: JSON, protobuf and protobufjs agree", (_, body) => {
    const { records } = decodeJsonLogRecords(body);
    expect(records.length).toBeGreaterThan(0);
    expect(decodeLogRecords(encodeLogRecords(records))).toStrictEqual(records);
    const oracleBytes = oracleEncode("ExportLogsServiceRequest", JSON.parse(body.toString()));
    expect(decodeLogRecords(indexLogRecords(oracleBytes).encoded)).toStrictEqual(records);
  });
});

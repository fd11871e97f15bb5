import { describe, expect, test } from "vitest";
import { countDataPoints } from "../../src/otlp/count-data-points.ts";
import { encodeExportResponse } from "../../src/otlp/export-response.ts";
import { countJsonDataPoints } from "../../src/otlp/json-request.ts";
import { MalformedError } from "../../src/otlp/malformed-error.ts";
import { encodeStatus, RPC_CODES } from "../../src/otlp/rpc-status.ts";
import { oracleDecode, oracleEncode } from "./oracle.ts";
import { field, tag, varint } from "./wire.ts";

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

describe("a Status", () => {
  test("has code and message", () => {
    const status = { code: RPC_CODES.unavailable, message: "busy" };
    expect(json(encodeStatus(status, "json"))).toEqual({ code: 14, message: "busy" });
    expect(oracleDecode("Status", encodeStatus(status, "protobuf"))).toEqual({ code: 14, message: "busy" });
  });

  test("for an invalid argument has a BadRequest", () => {
    const status = { code: RPC_CODES.invalidArgument, message: "broken" };
    const type = "type.googleapis.com/google.rpc.BadRequest";
    expect(json(encodeStatus(status, "json"))).toEqual({
      code: 3,
      message: "broken",
      details: [{ "@type": type, fieldViolations: [{ description: "broken" }] }],
    });
    const badRequest = oracleEncode("BadRequest", { fieldViolations: [{ description: "broken" }] });
    expect(oracleDecode("Status", encodeStatus(status, "protobuf"))).toEqual({
      code: 3,
      message: "broken",
      details: [{ typeUrl: type, value: Buffer.from(badRequest).toString("base64") }],
    });
  });

  test("of what may be sent again says when", () => {
    const status = { code: RPC_CODES.unavailable, message: "busy", retryAfterSeconds: 2 };
    const type = "type.googleapis.com/google.rpc.RetryInfo";
    expect(json(encodeStatus(status, "json"))).toEqual({
      code: 14,
      message: "busy",
      details: [{ "@type": type, retryDelay: "2s" }],
    });
    const retryInfo = oracleEncode("RetryInfo", { retryDelay: { seconds: 2 } });
    expect(oracleDecode("Status", encodeStatus(status, "protobuf"))).toEqual({
      code: 14,
      message: "busy",
      details: [{ typeUrl: type, value: Buffer.from(retryInfo).toString("base64") }],
    });
  });
});

describe("an export response", () => {
  test("of full success is empty", () => {
    expect(encodeExportResponse("traces", 0, [], "protobuf")).toHaveLength(0);
    expect(Buffer.from(encodeExportResponse("traces", 0, [], "json")).toString()).toBe("{}");
  });

  test.each([
    ["traces", "ExportTraceServiceResponse", "rejectedSpans"],
    ["logs", "ExportLogsServiceResponse", "rejectedLogRecords"],
  ] as const)("of partial success counts and explains: %s", (signal, type, name) => {
    const errorMessage = "3 rejected: spans[1]: bad; spans[2]: bad; and 1 more";
    const expected = { partialSuccess: { [name]: "3", errorMessage } };
    const reasons = ["spans[1]: bad", "spans[2]: bad"];
    expect(oracleDecode(type, encodeExportResponse(signal, 3, reasons, "protobuf"))).toEqual(expected);
    expect(json(encodeExportResponse(signal, 3, reasons, "json"))).toEqual(expected);
  });

  test("stays small whatever was rejected", () => {
    const reasons = Array.from({ length: 1000 }, () => "x".repeat(100));
    expect(encodeExportResponse("traces", 1_000_000, reasons, "protobuf").length).toBeLessThan(5000);
  });
});

describe("metrics", () => {
  const point = { timeUnixNano: "1", asDouble: 1.5, attributes: [{ key: "a", value: { stringValue: "b" } }] };
  const request = {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "x" } }] },
        scopeMetrics: [
          {
            metrics: [
              { name: "gauge", gauge: { dataPoints: [point] } },
              { name: "sum", sum: { dataPoints: [point, point], aggregationTemporality: 2 } },
              { name: "histogram", histogram: { dataPoints: [point] } },
              { name: "exponential", exponentialHistogram: { dataPoints: [point] } },
              { name: "summary", summary: { dataPoints: [point, point, point] } },
              { name: "empty" },
            ],
          },
          {},
        ],
      },
    ],
  };

  test("are counted by their data points", () => {
    expect(countDataPoints(oracleEncode("ExportMetricsServiceRequest", request))).toBe(8);
    expect(countJsonDataPoints(Buffer.from(JSON.stringify(request)))).toBe(8);
  });

  test("may be none", () => {
    expect(countDataPoints(new Uint8Array(0))).toBe(0);
    expect(countJsonDataPoints(Buffer.from("{}"))).toBe(0);
  });

  test("that are broken are refused", () => {
    const bytes = oracleEncode("ExportMetricsServiceRequest", request);
    for (let length = 1; length < bytes.length; length += 1)
      expect(() => countDataPoints(bytes.subarray(0, length)), `${length} bytes`).toThrow(MalformedError);
    expect(() => countDataPoints(field(1, field(2, field(2, field(5, tag(1, 2), varint(5))))))).toThrow(MalformedError);
  });

  test.each([
    '{"resourceMetrics":{}}',
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":[]}]}]}]}',
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":{}}}]}]}]}',
  ])("that are not OTLP/JSON are refused: %s", (body) => {
    expect(() => countJsonDataPoints(Buffer.from(body))).toThrow(MalformedError);
  });
});

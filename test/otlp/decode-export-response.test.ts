import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeExportResponse, decodeStatus } from "../../src/otlp/decode-export-response.ts";
import { encodeExportResponse } from "../../src/otlp/export-response.ts";
import { MalformedError } from "../../src/otlp/malformed-error.ts";
import { encodeStatus, RPC_CODES } from "../../src/otlp/rpc-status.ts";
import { oracleEncode } from "./oracle.ts";

const encodings = ["protobuf", "json"] as const;

describe.each(encodings)("an answer in %s", (encoding) => {
  test("of full success says nothing", () => {
    const body = encodeExportResponse("traces", 0, [], encoding);
    expect(decodeExportResponse(body, encoding)).toEqual({ rejected: 0, message: "" });
    expect(decodeExportResponse(new Uint8Array(0), encoding)).toEqual({ rejected: 0, message: "" });
  });

  test.each(["traces", "logs"] as const)("of partial success says how many %s were rejected, and why", (signal) => {
    const body = encodeExportResponse(signal, 3, ["spans[0]: no id"], encoding);
    expect(decodeExportResponse(body, encoding)).toEqual({
      rejected: 3,
      message: "3 rejected: spans[0]: no id; and 2 more",
    });
  });

  test("that is a refusal says why", () => {
    const body = encodeStatus({ code: RPC_CODES.invalidArgument, message: "broken" }, encoding);
    expect(decodeStatus(body, encoding)).toEqual({ message: "broken" });
  });

  test("never does anything but answer or throw MalformedError, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const decode of [decodeExportResponse, decodeStatus])
          expect([undefined, MalformedError]).toContain(errorOf(() => decode(bytes, encoding)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("an answer in protobuf", () => {
  test("that is cut anywhere is refused or means less, and never more", () => {
    const body = encodeExportResponse("traces", 3, ["spans[0]: no id"], "protobuf");
    for (let length = 1; length < body.length; length += 1)
      expect(() => decodeExportResponse(body.subarray(0, length), "protobuf")).toThrow(MalformedError);
  });

  test.each([
    [{ seconds: 7 }, 7000],
    [{ nanos: 250_000_000 }, 250],
    [{ seconds: 1, nanos: 500_000_000 }, 1500],
    [{}, 0],
  ])("says when to come again: %j", (retryDelay, milliseconds) => {
    const value = Buffer.from(oracleEncode("RetryInfo", { retryDelay })).toString("base64");
    const details = [
      { typeUrl: "type.googleapis.com/google.rpc.BadRequest", value: "" },
      { typeUrl: "type.googleapis.com/google.rpc.RetryInfo", value },
    ];
    const body = oracleEncode("Status", { code: 8, message: "slow down", details });
    expect(decodeStatus(body, "protobuf")).toEqual({ message: "slow down", retryDelayMs: milliseconds });
  });

  test("with a broken detail is refused", () => {
    const details = [{ typeUrl: "type.googleapis.com/google.rpc.RetryInfo", value: "Cv8=" }];
    const body = oracleEncode("Status", { code: 8, message: "slow down", details });
    expect(() => decodeStatus(body, "protobuf")).toThrow(MalformedError);
  });
});

describe("an answer in JSON", () => {
  test.each([
    ['{"partialSuccess":{"rejectedSpans":2}}', { rejected: 2, message: "" }],
    ['{"partial_success":{"rejected_spans":"2"}}', { rejected: 2, message: "" }],
    ['{"partialSuccess":{"rejectedSpans":"no"}}', { rejected: 0, message: "" }],
    ['{"partialSuccess":{"errorMessage":"careful"}}', { rejected: 0, message: "careful" }],
    ['{"partialSuccess":{"errorMessage":7}}', { rejected: 0, message: "" }],
    ['{"partialSuccess":null}', { rejected: 0, message: "" }],
    ['{"partialSuccess":[]}', { rejected: 0, message: "" }],
  ])("%s", (text, expected) => {
    expect(decodeExportResponse(Buffer.from(text), "json")).toEqual(expected);
  });
});

/** The class of what is thrown. */
function errorOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
}

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSpans } from "../../src/otlp/decode-records.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { readSpanHeader, type SpanHeader } from "../../src/otlp/span-header.ts";
import { spans } from "./arbitraries.ts";
import { field, fixed64Field, keyValue, SPAN_ID, spanBody, TRACE_ID, varintField } from "./wire.ts";

const KEYS = ["gen_ai.conversation.id", "session.id", "langfuse.session.id"];

function headerOf(...fields: Uint8Array[]): SpanHeader {
  const body = spanBody(...fields);
  return readSpanHeader(body, 0, body.length, KEYS);
}

function attribute(key: string, value: Uint8Array | string): Buffer {
  return field(9, keyValue(key, typeof value === "string" ? field(1, value) : value));
}

describe("a span's header", () => {
  test("says the same as the decoded span", () => {
    fc.assert(
      fc.property(spans, (spans) => {
        const encoded = encodeSpans(spans);
        for (const [number, span] of decodeSpans(encoded).entries()) {
          const [offset = 0, length = 0] = encoded.records.subarray(number * 3);
          const header = readSpanHeader(encoded.bytes, offset, length, KEYS);
          const hexAt = (at: number, size: number): string => Buffer.from(encoded.bytes).toString("hex", at, at + size);
          expect({
            traceId: hexAt(header.traceIdOffset, 16),
            spanId: hexAt(header.spanIdOffset, 8),
            hasParent: header.hasParent,
            statusCode: header.statusCode,
            attributeCount: header.attributeCount,
          }).toEqual({
            traceId: span.traceId,
            spanId: span.spanId,
            hasParent: span.parentSpanId !== undefined,
            statusCode: span.status.code,
            attributeCount: span.attributes.size,
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  test("has exact microseconds for any time until the year 2255", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_007_199_254_740_991_999n }), (nanoseconds) => {
        const { startTimeUs, endTimeUs } = headerOf(fixed64Field(7, nanoseconds), fixed64Field(8, nanoseconds));
        expect([BigInt(startTimeUs), BigInt(endTimeUs)]).toEqual([nanoseconds / 1000n, nanoseconds / 1000n]);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["an absent parent", [], false],
    ["a parent of zeros", [field(4, Buffer.alloc(8))], false],
    ["a parent", [field(4, SPAN_ID)], true],
  ])("of %s", (_, fields, hasParent) => {
    expect(headerOf(...fields).hasParent).toBe(hasParent);
  });

  test.each([
    ["none of the keys", [attribute("user.id", "u")], undefined],
    ["one of them", [attribute("session.id", "s")], "s"],
    ["two, the higher one last", [attribute("session.id", "s"), attribute("gen_ai.conversation.id", "c")], "c"],
    ["two, the higher one first", [attribute("gen_ai.conversation.id", "c"), attribute("session.id", "s")], "c"],
    ["a blank higher one", [attribute("gen_ai.conversation.id", " \n"), attribute("session.id", "s")], "s"],
    ["white space around it", [attribute("session.id", "  s 1\t")], "s 1"],
    ["an int", [attribute("session.id", varintField(3, 9_007_199_254_740_993n))], "9007199254740993"],
    ["a negative int", [attribute("session.id", varintField(3, -5n))], "-5"],
    ["a bool, which is no id", [attribute("session.id", varintField(2, 1))], undefined],
    ["an array, which is no id", [attribute("session.id", field(5, field(1, field(1, "s"))))], undefined],
    ["the key in another case", [attribute("Session.Id", "s")], undefined],
    ["a key of the same length", [attribute("session_id", "s")], undefined],
    ["the value before the key", [field(9, field(2, field(1, "s")), field(1, "session.id"))], "s"],
    ["an event's attribute", [field(11, field(3, keyValue("session.id", field(1, "s"))))], undefined],
    ["a long id", [attribute("session.id", "x".repeat(1_000_000))], "x".repeat(1_000_000)],
  ])("finds the conversation among %s", (_, fields, conversationId) => {
    expect(headerOf(...fields).conversationId).toBe(conversationId);
  });

  test("follows the keys it is given", () => {
    const body = spanBody(attribute("session.id", "s"), attribute("thread", "t"));
    expect(readSpanHeader(body, 0, body.length, ["thread"]).conversationId).toBe("t");
    expect(readSpanHeader(body, 0, body.length, KEYS).conversationId).toBe("s");
    expect(readSpanHeader(body, 0, body.length, []).conversationId).toBeUndefined();
  });

  test("counts attributes, also those after the one it looks for", () => {
    expect(headerOf(attribute("session.id", "s"), attribute("a", "1"), attribute("b", "2")).attributeCount).toBe(3);
  });

  test("has offsets relative to the bytes it is given", () => {
    const body = spanBody();
    const padded = Buffer.concat([Buffer.alloc(100, 7), body]);
    const header = readSpanHeader(padded, 100, body.length, KEYS);
    expect(padded.subarray(header.traceIdOffset, header.traceIdOffset + 16)).toEqual(TRACE_ID);
    expect(padded.subarray(header.spanIdOffset, header.spanIdOffset + 8)).toEqual(SPAN_ID);
  });
});

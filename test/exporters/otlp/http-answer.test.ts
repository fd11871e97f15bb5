import { describe, expect, test } from "vitest";
import { retryAfterMs } from "../../../src/exporters/otlp/http-answer.ts";

const now = Date.parse("2026-01-01T00:00:00Z");

describe("Retry-After", () => {
  test.each([
    [undefined, undefined],
    ["", undefined],
    ["soon", undefined],
    ["0", 0],
    ["2", 2000],
    [" 1.5 ", 1500],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 23:59:00 GMT", 0],
  ])("%j is %j ms", (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

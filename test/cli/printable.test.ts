import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toPrintable, toPrintableJson, toPrintableLine } from "../../src/cli/printable.ts";

describe("printable text", () => {
  it.each([
    ["plain text", "plain text"],
    ["two\nlines", "two\nlines"],
    ["windows\r\nlines\rtoo", "windows\nlines\ntoo"],
    ["a\ttab", "a  tab"],
    ["\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
    ["\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
    ["\u009b2Jclear", "\\x9b2Jclear"],
    ["back\u0008space\u007f", "back\\x08space\\x7f"],
    ["nul\u0000", "nul\\x00"],
    ["abc\u202etxt.exe", "abc\\u202etxt.exe"],
    ["\u2066isolate\u2069", "\\u2066isolate\\u2069"],
    ["line\u2028separator", "line\\u2028separator"],
    ["grüße 日本 🎉", "grüße 日本 🎉"],
  ])("of %j is %j", (text, expected) => {
    expect(toPrintable(text)).toBe(expected);
  });

  it("on one line has no line breaks", () => {
    expect(toPrintableLine("  one\n  two\r\nthree  ")).toBe("one two three");
  });

  it("never holds a control character but the line feed, whatever came in", () => {
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(toPrintable(text)).not.toMatch(controls);
        expect(toPrintableJson({ [text]: text }, 2)).not.toMatch(controls);
      }),
    );
  });

  it("as JSON parses to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(JSON.parse(toPrintableJson(value, 2)))).toBe(JSON.stringify(value));
      }),
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutToWidth, fitToWidth, widthOf, wrapToWidth } from "../../src/cli/text-layout.ts";

describe("the width of text", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["한국", 4],
    ["🎉", 2],
    ["👩‍👩‍👧", 2],
    ["…→✗", 3],
  ])("of %j is %i columns", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe("cutting and filling", () => {
  it.each([
    ["short", 10, "short"],
    ["exactly10!", 10, "exactly10!"],
    ["longer than ten", 10, "longer th…"],
    ["日本語日本語", 5, "日本…"],
  ])("cuts %j to %i columns", (text, width, expected) => {
    expect(cutToWidth(text, width)).toBe(expected);
  });

  it("fills up to the width", () => {
    expect(fitToWidth("ab", 4)).toBe("ab  ");
    expect(fitToWidth("日", 4)).toBe("日  ");
    expect(fitToWidth("abcdef", 4)).toBe("abc…");
  });
});

describe("wrapping", () => {
  it.each([
    ["one two three", 7, ["one two", "three"]],
    ["one two three", 8, ["one two", "three"]],
    ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
    ["a\n\nb", 10, ["a", "", "b"]],
    ["  keeps indents", 20, ["  keeps indents"]],
    ["", 10, [""]],
    ["日本語日本語", 4, ["日本", "語日", "本語"]],
    ["to  be  continued", 6, ["to  be", "contin", "ued"]],
  ])("wraps %j to %i columns", (text, width, expected) => {
    expect(wrapToWidth(text, width)).toEqual(expected);
  });

  it("never makes a line wider than asked, and loses nothing but white space", () => {
    const words = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrapToWidth(text, width);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
      }),
    );
  });
});

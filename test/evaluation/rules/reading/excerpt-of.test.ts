import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excerptOf } from "../../../../src/evaluation/rules/reading/excerpt-of.ts";

describe("excerpts", () => {
  it("are one line, and the whole text when it is short", () => {
    expect(excerptOf(" a\n  b ", 10)).toBe("a b");
    expect(excerptOf("abcdef", 4)).toBe("abc…");
    expect(excerptOf("ab🚚d", 4)).toBe("ab…");
  });

  it("are at most as long as asked, and break no character", () => {
    const anyText = fc.string({ unit: "grapheme", maxLength: 400 });
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 50 }), (text, length) => {
        const excerpt = excerptOf(text, length);
        expect(excerpt.length).toBeLessThanOrEqual(length);
        expect(excerpt).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
      }),
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pageLabel, pageText } from "../../../src/evaluation/inspection-page/page-text.ts";

/** Any text that a program can hold, halves of characters too. */
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 })
  .map((units) => String.fromCharCode(...units));

describe("AI-27: text in the page", () => {
  it.each([
    ["markup", `<b a="1">&'`, "&lt;b a=&quot;1&quot;&gt;&amp;&apos;"],
    ["lines and tabs", "a\r\nb\rc\td", "a&#10;b&#10;c&#9;d"],
    ["what turns the writing direction", "a\u202eb\u2066", "a[U+202E]b[U+2066]"],
    [
      "control characters and what takes no room",
      "\u0000\u001b\u0085\u200b\ufeff",
      "[U+0000][U+001B][U+0085][U+200B][U+FEFF]",
    ],
    ["letters that only machines read", "\u{e0041}", "[U+E0041]"],
    ["half a character", "\ud800x", "[U+D800]x"],
    ["characters of several", "👩‍🚀 می‌خواهم é", "👩‍🚀 می‌خواهم é"],
  ])("AI-27: shows %s", (_what, text, html) => {
    expect(pageText(text, 100)).toBe(html);
  });

  it("AI-27: cuts between characters, and says by how much", () => {
    expect(pageText("abcdef", 4)).toBe("abcd… <em>(2 more characters)</em>");
    expect(pageText("abc😀", 4)).toBe("abc… <em>(2 more characters)</em>");
    expect(pageText("abcd", 4)).toBe("abcd");
  });

  it("AI-27: has labels on one line, cut, and never blank", () => {
    expect(pageLabel(" a\n\n b ", 10)).toBe("a b");
    expect(pageLabel("abcdef", 4)).toBe("abcd…");
    expect(pageLabel("abc😀", 4)).toBe("abc…");
    expect(pageLabel(`a${" ".repeat(100)}b`, 4)).toBe("a…");
    expect(pageLabel(" \n", 4)).toBe("–");
  });

  it("AI-27: never ends what it stands in", () => {
    fc.assert(
      fc.property(codeUnits, fc.integer({ min: 1, max: 60 }), (text, most) => {
        expect(pageLabel(text, most)).not.toMatch(/[<>"'\n]|\p{Surrogate}/u);
        expect(pageText(text, most).replace(/… <em>\(\d+ more characters\)<\/em>$/, "")).not.toMatch(
          /[<>"'\n\r]|\p{Surrogate}/u,
        );
      }),
    );
  });
});

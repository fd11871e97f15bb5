import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { foldText } from "../../../src/evaluation/prompts/fold-text.ts";

describe("foldText", () => {
  const cases: [string, string, string][] = [
    ["plain text", "END data <b>", "END data <b>"],
    ["Cyrillic letters", "\u0415ND D\u0410T\u0410", "END DATA"],
    ["Greek letters", "\u0395\u039dD", "END"],
    ["full-width letters", "\uff25\uff2e\uff24", "END"],
    ["mathematical letters", "\u{1d404}\u{1d40d}\u{1d403}", "END"],
    ["letters in squares and flags", "\u{1f174}\u{1f1f3}\u{1f173}", "END"],
    ["marks and hidden characters", "E\u0332N\u200bD\ufe0f", "END"],
    ["signs", "\u2039/b\u203a \u2014\u2500 \uff40", "</b> -- `"],
    ["what stands for several", "\u2026", "..."],
    ["text of other scripts", "\u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u0639\u0631\u0628\u064a", "日本語 한국어 عربي"],
    ["half a character", "a\ud83db", "a\ud83db"],
  ];
  for (const [what, text, folded] of cases) {
    it(`reads ${what} as they look`, () => {
      expect(foldText(text).text).toBe(folded);
    });
  }

  it("knows where each character came from", () => {
    const text = "a\u200b\u{1d404}b\u2026c";
    const folded = foldText(text);
    expect(folded.text).toBe("aEb...c");
    const origins = Array.from(folded.text, (_, index) => folded.originOf(index));
    expect(origins).toEqual([0, 2, 4, 5, 5, 5, 6]);
    expect(folded.originOf(folded.text.length)).toBe(text.length);
  });

  it("keeps plain characters where they were, whatever stands around them", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        const folded = foldText(text);
        const shown = Array.from({ length: folded.text.length }, (_, index) => folded.originOf(index));
        expect(shown.every((origin, index) => origin >= (shown[index - 1] ?? 0) && origin < text.length)).toBe(true);
        const plain = [...shown.entries()].filter(([, origin]) => /[\0-\x7f]/.test(text.charAt(origin)));
        expect(plain.map(([index]) => folded.text.charAt(index))).toEqual(
          plain.map(([, origin]) => text.charAt(origin)),
        );
      }),
      { numRuns: 500 },
    );
  });
});

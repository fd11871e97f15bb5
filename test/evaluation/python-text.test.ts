import { describe, expect, it } from "vitest";
import { splitWords, strip } from "../../src/evaluation/python-text.ts";

describe("strip", () => {
  const cases: [string, string][] = [
    ["  a b \n", "a b"],
    ["\u001c\u001f\u0085\u00a0\u2003a\u3000", "a"],
    ["\ufeffa\ufeff", "\ufeffa\ufeff"],
    ["\u200ba\u180e", "\u200ba\u180e"],
    ["   ", ""],
    ["", ""],
  ];
  for (const [text, stripped] of cases) {
    it(`takes from ${JSON.stringify(text)} what Python takes`, () => expect(strip(text)).toBe(stripped));
  }

  it("takes time in proportion to a hostile text", () => {
    const begun = performance.now();
    expect(strip(`a${" ".repeat(500_000)}a`)).toHaveLength(500_002);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe("splitWords", () => {
  const cases: [string, string[]][] = [
    ["a b", ["a", "b"]],
    ["  a \t\n b\u0085c ", ["a", "b", "c"]],
    ["a\ufeffb", ["a\ufeffb"]],
    [" ", []],
    ["", []],
  ];
  for (const [text, words] of cases) {
    it(`finds ${words.length} words in ${JSON.stringify(text)}`, () => expect(splitWords(text)).toEqual(words));
  }
});

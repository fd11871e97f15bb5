import { describe, expect, it } from "vitest";
import { exactMatch, type ExactMatchOptions } from "../../../src/evaluation/checks/exact-match.ts";

describe("AI-1 exactMatch", () => {
  // The original's results.
  const vectors: [string, string, ExactMatchOptions, boolean][] = [
    ["   ", "", {}, true],
    ["   ", "", { trim: true }, true],
    ["HELLO", "hello", { caseSensitive: false }, true],
    ["HELLO", "hello", { caseSensitive: true }, false],
    ["HELLO", "hello", {}, false],
    ["  hello  ", "hello", { trim: true }, true],
    ["  hello  ", "hello", { trim: false }, false],
    ["hello", "\u0085hello\u001c", {}, true],
    ["ß", "SS", { caseSensitive: false }, false],
    ["\ufeffhello", "hello", {}, false],
    ["İ", "i\u0307", { caseSensitive: false }, true],
  ];
  for (const [candidate, expected, options, matches] of vectors) {
    it(`says ${matches} of ${JSON.stringify(candidate)} and ${JSON.stringify(expected)} with ${JSON.stringify(options)}`, () =>
      expect(exactMatch(candidate, expected, options)).toBe(matches));
  }
});

import { describe, expect, it } from "vitest";
import { regexMatch, type RegexMatchOptions } from "../../../src/evaluation/checks/regex-match.ts";

const full: RegexMatchOptions = { mode: "full" };

describe("AI-2 regexMatch", () => {
  // The original's results.
  const vectors: [string, string, RegexMatchOptions, boolean][] = [
    ["hello", "hello", full, true],
    ["hello\n", "hello", full, false],
    ["hello world", "hello", full, false],
    ["hello world", "hello", { mode: "substring" }, true],
    ["goodbye", "hello", {}, false],
    ["  hello  ", "hello", {}, true],
    ["Hello", "hello", {}, false],
    ["", "hello", {}, false],
    ["hello", "", {}, true],
    ["hello", "", full, false],
    ["", "", {}, true],
    ["", "", full, true],
    ["say hello", "hello", { mode: "weird" } as unknown as RegexMatchOptions, true],
  ];
  // What Python's `re` says.
  const python: [string, string, RegexMatchOptions, boolean][] = [
    ["a\rb", "a.b", {}, true],
    ["a\u2028b", "a.b", {}, true],
    ["a\nb", "a.b", {}, false],
    ["a\nb", "(?s)a.b", {}, true],
    ["a\n", "a$", {}, true],
    ["a\n\n", "a$", {}, false],
    ["a\n", "a$", full, false],
    ["a\n", String.raw`a\Z`, {}, false],
    ["x\na", "^a", {}, false],
    ["x\na", "(?m)^a", {}, true],
    ["x\ra", "(?m)^a", {}, false],
    ["x\na", String.raw`(?m)\Aa`, {}, false],
    ["a\nx", "(?m)a$", {}, true],
    ["HELLO", "(?i)hello", {}, true],
    ["ÄPFEL", "(?i)äpfel", full, true],
    ["٣", String.raw`\d`, full, true],
    ["é_٣", String.raw`\w+`, full, true],
    ["\u0301", String.raw`\w`, {}, false],
    ["\u001c", String.raw`\s`, full, true],
    ["\ufeff", String.raw`\s`, full, false],
    ["né", String.raw`n\b`, {}, false],
    ["n é", String.raw`n\b`, {}, true],
    ["né", String.raw`n\B`, {}, true],
    ["2024-12", String.raw`(?P<year>\d{4})-(?P<month>\d\d)`, full, true],
    ["abab", "(?P<x>ab)(?P=x)", full, true],
    ["aa", String.raw`(a)\1`, full, true],
    ["a0a0", String.raw`(a0)\1`, full, true],
    ["\n", String.raw`\012`, full, true],
    ["A\0", String.raw`\x41\0`, full, true],
    ["😀", ".", full, true],
    ["😀", String.raw`\U0001F600`, full, true],
    ["é", String.raw`\u00e9`, full, true],
    ["a-b", String.raw`a\-b`, full, true],
    ["]", "[]]", full, true],
    ["x", "[^]]", full, true],
    ["]", "[^]]", {}, false],
    ["-", "[a-]", full, true],
    ["b", "[a-c]", full, true],
    ["&&", "[&&x]+", full, true],
    ["[", "[[]", full, true],
    ["é", String.raw`[\W]`, {}, false],
    ["é", String.raw`[^\W\d]`, full, true],
    ["\b", String.raw`[\b]`, full, true],
    ["a{", "a{", full, true],
    ["{a}", "{a}", full, true],
    ["aaa", "a{,3}", full, true],
    ["aaaa", "a{,3}", full, false],
    ["ab", "a(?#a remark)b", full, true],
    ["foobar", "foo(?=bar)", {}, true],
    ["bar", "(?<!foo)bar", {}, true],
    ["foobar", "(?<!foo)bar", {}, false],
    ["a/b", "a/b", full, true],
    ["a#b", "a#b", full, true],
    ["abc", "a|abc", full, true],
  ];
  for (const [candidate, pattern, options, matches] of [...vectors, ...python]) {
    it(`says ${matches} of ${JSON.stringify(candidate)} and ${JSON.stringify(pattern)} with ${JSON.stringify(options)}`, () =>
      expect(regexMatch(candidate, pattern, options)).toBe(matches));
  }

  it.each([
    "(",
    ")",
    "[",
    "[]",
    "[^",
    "[^]",
    "*",
    "a**",
    "a{2}{3}",
    "\\",
    String.raw`\q`,
    String.raw`\1`,
    "(?x)a",
    "(?i:a)",
    "(?<n>a)",
    "(?>a)",
    "[b-a]",
    "(?P<n>a)(?P<n>b)",
    String.raw`\UFFFFFFFF`,
  ])("throws for %s", (pattern) =>
    expect(() => regexMatch("a", pattern)).toThrow(expect.objectContaining({ code: "050009" })),
  );
});

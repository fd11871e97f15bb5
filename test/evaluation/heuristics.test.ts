import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heuristicMetrics, similarityOf } from "../../src/evaluation/heuristics.ts";

function valueOf(key: string, output: string, expected?: string | readonly string[] | null): number | null {
  const metric = heuristicMetrics.find((candidate) => candidate.key === key);
  expect(metric).toBeDefined();
  const score = metric!.score({ output, ...(expected === undefined ? {} : { expected }) });
  expect(score.name).toBe(key);
  return score.value;
}

describe("VQ-17: the four heuristic metrics", () => {
  it("have the vendor's names, in its order", () => {
    expect(heuristicMetrics.map(({ key }) => key)).toEqual(["contains", "equals", "regex_match", "levenshtein"]);
  });

  it.each<[string, string, string | readonly string[], number]>([
    ["contains", "The answer is 4", "4", 1],
    ["contains", "The answer is 4", "5", 0],
    ["contains", "The answer is 4", ["answer", "4"], 1],
    ["contains", "The answer is 4", ["answer", "5"], 0],
    ["contains", "The answer is 4", "the", 0],
    ["contains", "anything", "", 1],
    ["equals", "4", "4", 1],
    ["equals", "4 ", "4", 0],
    ["equals", "Paris", "paris", 0],
    ["equals", "", "", 1],
    ["regex_match", "The answer is 42.", "[0-9]+", 1],
    ["regex_match", "No number here", "[0-9]+", 0],
    ["regex_match", "Hello", "^hello$", 0],
    ["regex_match", "Hello", "(?i)^hello$", 1],
    ["levenshtein", "kitten", "sitting", 1 - 3 / 7],
    ["levenshtein", "same", "same", 1],
    ["levenshtein", "", "", 1],
    ["levenshtein", "", "abc", 0],
    ["levenshtein", "abc", "xyz", 0],
    ["levenshtein", "😀", "😁", 0],
    ["levenshtein", "a😀b", "a😁b", 1 - 1 / 3],
  ])("%s of %j with %j expected is %d", (key, output, expected, value) => {
    expect(valueOf(key, output, expected)).toBeCloseTo(value, 12);
  });

  it("rounds kitten and sitting to the .5714 of the derived vector", () => {
    expect(valueOf("levenshtein", "kitten", "sitting")?.toFixed(4)).toBe("0.5714");
  });

  it.each(heuristicMetrics.map(({ key }) => key))("%s has no value where nothing is expected", (key) => {
    for (const expected of [undefined, null, []]) expect(valueOf(key, "x", expected)).toBeNull();
  });

  it("say why there is no value", () => {
    const [, , regex, levenshtein] = heuristicMetrics;
    const refused = regex!.score({ output: "x", expected: "(" });
    expect(refused.value).toBeNull();
    expect(refused.explanation).toContain("RE2");
    const long = "a".repeat(60_000);
    const tooLong = levenshtein!.score({ output: `${long}b`, expected: `c${long}` });
    expect(tooLong).toEqual({
      name: "levenshtein",
      value: null,
      explanation: "The texts are too long to be compared.",
    });
  });

  it("take no longer for a text that is made to be hard for a pattern", () => {
    const started = performance.now();
    expect(valueOf("regex_match", `${"a".repeat(50_000)}!`, "^(a+)+$")).toBe(0);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("the similarity of texts", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });

  it("is symmetric, 1 for the same text alone, and never outside 0..1", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const similarity = similarityOf(one, other);
        expect(similarity).toBe(similarityOf(other, one));
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity === 1).toBe(one === other);
      }),
    );
  });

  it("is not measured from some 22,000 characters each, which would take too long", () => {
    expect(similarityOf("a".repeat(22_400), "b".repeat(22_400))).toBeUndefined();
    expect(similarityOf("a".repeat(22_400), "b".repeat(2))).toBe(0);
  });

  it("falls by one character's share for one character more", () => {
    fc.assert(
      fc.property(text, (one) => {
        const length = Array.from(one).length;
        expect(similarityOf(one, `${one}x`)).toBeCloseTo(length / (length + 1), 12);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { didYouMean, nearestWord } from "../../src/component/did-you-mean.ts";

describe("a misspelt word", () => {
  it.each([
    ["contians", ["equals", "contains"], "contains"],
    ["ab", ["ad"], "ad"],
    ["tool_ordering", ["tool_order", "tool_used"], "tool_order"],
    ["conciseness", ["fluency", "coherence"], undefined],
    ["anything", [], undefined],
  ])("%s is nearest to what it was meant to be", (word, known, nearest) => {
    expect(nearestWord(word, known)).toBe(nearest);
  });

  it("is none when it is as long as a text, which would take long to compare", () => {
    const long = "x".repeat(201);
    expect(nearestWord(long, [long])).toBeUndefined();
  });

  it("ends a sentence with what was meant, or with nothing", () => {
    expect(didYouMean("contians", ["contains"])).toBe(', did you mean "contains"?');
    expect(didYouMean("something else", ["contains"])).toBe("");
  });
});

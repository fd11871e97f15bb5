import { describe, expect, it } from "vitest";
import { countShared, nameStems, wordStems } from "../../../../src/evaluation/rules/reading/word-stems.ts";

describe("wordStems", () => {
  it.each([
    ["Calculate the calculating calculator", ["calcu"]],

    ["Can you please tell me what it is?", []],
    ["Zürich, 8001 ok", ["zuric"]],
  ])("of %j are %j", (text, expected) => {
    expect([...wordStems(text)]).toEqual(expected);
  });

  it("of a name are those of its words", () => {
    expect([...nameStems("get_museumHours")]).toEqual(["museu", "hours"]);
  });

  it("are shared as often as both have them", () => {
    expect(countShared(wordStems("museum hours"), wordStems("the hours of museums"))).toBe(2);
  });
});

import { describe, expect, it } from "vitest";
import { EvaluationError } from "../../../src/evaluation/evaluation-error.ts";
import { passAtK, passHatK, type TrialScores } from "../../../src/evaluation/metrics/pass-at-k.ts";
import { errorOf } from "./error-of.ts";

const flags = (text: string): number[] => text.split("").map(Number);

describe("AI-18 pass@k and AI-19 pass^k", () => {
  // n, k, flags, pass@k, pass^k
  const vectors: [number, number | undefined, string, number, number][] = [
    [5, 3, "11111", 1, 1],
    [5, 3, "10101", 1, 0.1],
    [5, 3, "11010", 1, 0.1],
    [5, 1, "10100", 0.4, 0.4],
    [10, 5, "1110000000", 0.9167, 0],
    [4, 2, "1111", 1, 1],
    [4, 2, "0000", 0, 0],
    [4, 2, "1000", 0.5, 0],
    [4, 2, "1010", 0.8333, 0.1667],
    [3, 3, "101", 1, 0],
    [5, undefined, "11111", 1, 1],
    [1, 1, "0", 0, 0],
  ];
  for (const [trials, tries, text, at, hat] of vectors) {
    it(`are ${at} and ${hat} for ${tries ?? "all"} of the trials ${text}`, () => {
      const given = { scores: flags(text), trials, ...(tries === undefined ? {} : { tries }) };
      expect(passAtK(given)).toBeCloseTo(at, 4);
      expect(passHatK(given)).toBeCloseTo(hat, 4);
    });
  }

  // n, k, s, and what Python's whole numbers make of them, to the last bit
  it.each([
    [5, 3, 3, 1, 0.1],
    [20, 10, 13, 1, 0.0015479876160990713],
    [30, 7, 11, 0.9752490421455938, 0.00016209843796050692],
    [200, 3, 77, 0.7695896147403685, 0.055695142378559465],
    [1000, 500, 900, 1, 3.197616079092609e-33],
    [2000, 1000, 1999, 1, 0.5],
  ])(
    "of %d trials, k = %d and %d that passed are exact, however large the numbers between",
    (trials, tries, s, at, hat) => {
      const given = { scores: Array.from({ length: trials }, (_, index) => (index < s ? 1 : 0)), trials, tries };
      expect([passAtK(given), passHatK(given)]).toEqual([at, hat]);
    },
  );

  const refused: [string, TrialScores][] = [
    ["no trials", { scores: [], trials: 0, tries: 2 }],
    ["fewer trials than none", { scores: [], trials: -1 }],
    ["half a trial", { scores: flags("11"), trials: 1.5 }],
    ["a k of 0", { scores: flags("1111"), trials: 4, tries: 0 }],
    ["a k below 0", { scores: flags("1111"), trials: 4, tries: -1 }],
    ["a k above the number of trials", { scores: flags("111"), trials: 3, tries: 5 }],
    ["fewer scores than trials", { scores: [], trials: 4, tries: 2 }],
    ["more scores than trials", { scores: flags("111"), trials: 2, tries: 2 }],
    ["scores between", { scores: [0.5, 1], trials: 2 }],
    ["scores that are no numbers", { scores: [Number.NaN, 1], trials: 2 }],
  ];
  for (const [what, given] of refused) {
    it(`are refused for ${what}`, () => {
      for (const score of [passAtK, passHatK]) {
        expect(errorOf(() => score(given))).toBe("050009");
        expect(() => score(given)).toThrow(EvaluationError);
      }
    });
  }

  it("count more scores than trials where that is asked for, as agent_inspect does, and pass^k exceeds 1", () => {
    const three = { scores: flags("111"), trials: 2, tries: 2, surplus: "count" } as const;
    expect(passHatK(three)).toBe(3);
    expect(passAtK(three)).toBe(1);
    const one = { ...three, scores: flags("100") };
    expect(passHatK(one)).toBe(0);
    expect(passAtK(one)).toBe(1);
    expect(errorOf(() => passAtK({ ...three, scores: [1] }))).toBe("050009");
  });
});

import { describe, expect, it } from "vitest";
import { voteInRounds } from "../../../src/evaluation/voting/vote-in-rounds.ts";
import { resultOf, scriptTrials, type VoteResult } from "./scripted-trials.ts";

interface Expected {
  readonly result: VoteResult;
  readonly batches: number[];
}

const error: VoteResult = { error: "050000" };

describe("AI-5 the vote in rounds", () => {
  // The original's results, numbers of explanations and batches for these trials.
  const vectors: [number, number, string, Expected][] = [
    [5, 5, "CCCCC", { result: { grade: 1, explanations: 5 }, batches: [5] }],
    [5, 5, "CC???CC?C", { result: { grade: 1, explanations: 9 }, batches: [5, 3, 1] }],
    [3, 3, "????????????", { result: error, batches: [3, 3, 3, 3] }],
    [1, 5, "?C", { result: { grade: 1, explanations: 2 }, batches: [1, 1] }],
    [3, 5, "CI0I", { result: { grade: 0, explanations: 3 }, batches: [3, 1] }],
    [3, 0, "CC?", { result: error, batches: [3] }],
    [3, 1, "C_4CC", { result: { grade: 1, explanations: 4 }, batches: [3, 2] }],
  ];
  for (const [trials, maxRetries, script, expected] of vectors) {
    it(`of ${trials} over ${script} gives ${JSON.stringify(expected.result)} after batches of ${expected.batches.join(", ")}`, async () => {
      const scripted = scriptTrials(script);
      expect(await resultOf(voteInRounds({ trials, maxRetries, ask: scripted.ask }))).toEqual(expected.result);
      expect(scripted.batches).toEqual(expected.batches);
    });
  }

  it.each([4, 0, -1])("asks for nothing when it is to be one of %s", async (trials) => {
    const scripted = scriptTrials("");
    await expect(voteInRounds({ trials, maxRetries: 5, ask: scripted.ask })).rejects.toMatchObject({ code: "050000" });
    expect(scripted.batches).toEqual([]);
  });

  it("never counts what is invalid towards the agreement", async () => {
    const { agreement } = await voteInRounds({ trials: 3, maxRetries: 1, ask: scriptTrials("C?IC").ask });
    expect(agreement).toBeCloseTo(2 / 3);
  });
});

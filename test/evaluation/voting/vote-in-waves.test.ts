import { describe, expect, it } from "vitest";
import { voteInWaves } from "../../../src/evaluation/voting/vote-in-waves.ts";
import { resultOf, scriptTrials } from "./scripted-trials.ts";

describe("AI-6 the vote in waves", () => {
  // The original's results and batches for these trials.
  const vectors: [number, string, 0 | 1 | "050007", number[]][] = [
    [5, "CCC", 1, [3]],
    [5, "CCIC", 1, [3, 1]],
    [5, "CIICI", 0, [3, 1, 1]],
    [5, "C?ICC", 1, [3, 2]],
    [5, "CC?II", "050007", [3, 1, 1]],
    [7, "IICCII", 0, [4, 2]],
    [7, "CIIICCI", 0, [4, 1, 1, 1]],
    [7, "4444", "050007", [4]],
    [1, "?", "050007", [1]],
    [1, "C", 1, [1]],
    [3, "CII", 0, [2, 1]],
    // By its rule: with one trial left and two votes missing there is nothing to be had.
    [9, "CCI?IC??", "050007", [5, 3]],
  ];
  for (const [trials, script, expected, batches] of vectors) {
    it(`of ${trials} over ${script} gives ${expected} after batches of ${batches.join(", ")}`, async () => {
      const scripted = scriptTrials(script);
      expect(await resultOf(voteInWaves({ trials, ask: scripted.ask }))).toMatchObject(
        expected === "050007" ? { error: expected } : { grade: expected },
      );
      expect(scripted.batches).toEqual(batches);
    });
  }

  it.each([4, 0, -1, 1.5, Number.NaN])("asks for nothing when it is to be one of %s", async (trials) => {
    const scripted = scriptTrials("");
    await expect(voteInWaves({ trials, ask: scripted.ask })).rejects.toMatchObject({ code: "050000" });
    expect(scripted.batches).toEqual([]);
  });

  it("keeps every trial, and how many of the valid ones agreed", async () => {
    const { agreement, trials } = await voteInWaves({ trials: 5, ask: scriptTrials("C4ICC").ask });
    expect(agreement).toBe(0.75);
    expect(trials.map(({ grade }) => grade)).toEqual([1, undefined, 0, 1, 1]);
    expect(trials.filter(({ explanation }) => explanation !== undefined)).toHaveLength(4);
  });

  it("numbers its errors as the original does", async () => {
    await expect(voteInWaves({ trials: 1, ask: scriptTrials("?").ask })).rejects.toThrow(
      /^Internal Code: 050007, Error Message: \S/,
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../src/evaluation/evaluation-error.ts";
import { passedShareOf } from "../../../src/evaluation/metrics/passed-share.ts";
import { areaUnderProgress, progressPerTurn } from "../../../src/evaluation/metrics/progress-speed.ts";
import { scoreProgressThroughTurns } from "../../../src/evaluation/metrics/progress-through-turns.ts";
import { scoreAtTurns } from "../../../src/evaluation/metrics/score-at-turns.ts";
import { successAtFinalTurn, successOf } from "../../../src/evaluation/metrics/success.ts";
import { errorOf, rejectionOf } from "./error-of.ts";
import { type PlannedGoal, scriptValidator, turnsOf } from "./scripted-validator.ts";

const validated = (...passed: readonly boolean[]) =>
  passed.map((each, index) => ({ expectation: index, passed: each, explanation: "", notes: [] }));

describe("AI-12 the progress score", () => {
  const shares: [string, boolean[], number][] = [
    ["some", [true, false, true], 0.6667],
    ["none", [false, false], 0],
    ["all", [true, true], 1],
  ];
  for (const [name, passed, score] of shares) {
    it(`is ${score} when ${name} of ${passed.length} hold`, () => {
      expect(passedShareOf(validated(...passed)).score).toBe(score);
    });
  }

  it("is refused where nothing was validated", async () => {
    expect(errorOf(() => passedShareOf([]))).toBe("050004");
    const { validate } = scriptValidator();
    expect(await rejectionOf(scoreAtTurns({ turns: turnsOf(3), expectations: [], validate }))).toBe("050004");
  });

  it("asks about each subgoal at the end of its own turn, turn after turn", async () => {
    const { validate, calls } = scriptValidator();
    const expectations: PlannedGoal[] = [
      { details: "c", turn: 3, metAt: 1 },
      { details: "a", turn: 1, metAt: 1 },
      { details: "d", turn: 3 },
    ];
    const { score, validated } = await scoreAtTurns({ turns: turnsOf(3), expectations, validate });
    expect(calls).toEqual(["a1", "c3", "d3"]);
    expect(score).toBe(0.6667);
    expect(validated.map(({ expectation, explanation }) => [expectation.details, explanation])).toEqual([
      ["a", "a has passed at 1"],
      ["c", "c has passed at 3"],
      ["d", "d has failed at 3"],
    ]);
  });

  const misplaced: [string, PlannedGoal, string][] = [
    ["without a turn", { details: "a" }, "050008"],
    ["of a turn that is not there", { details: "a", turn: 3 }, "050009"],
    ["of a turn before the first, which is 1", { details: "a", turn: 0 }, "050009"],
    ["of half a turn", { details: "a", turn: 1.5 }, "050009"],
    ["of no number", { details: "a", turn: Number.NaN }, "050009"],
  ];
  for (const [what, goal, code] of misplaced) {
    it(`refuses a subgoal ${what}, before anything is paid for`, async () => {
      const { validate, calls } = scriptValidator();
      const expectations = [{ details: "b", turn: 1 }, goal];
      const scoring = scoreAtTurns({ turns: turnsOf(2), expectations, validate });
      await expect(scoring).rejects.toBeInstanceOf(InvalidInputError);
      expect(await rejectionOf(scoring)).toBe(code);
      expect(calls).toEqual([]);
    });
  }

  it("leaves a misplaced subgoal out of the score where that is asked for, as agent_inspect does", async () => {
    const { validate, calls } = scriptValidator();
    const expectations: PlannedGoal[] = [
      { details: "a", turn: 2, metAt: 1 },
      { details: "b", turn: 3 },
      { details: "c" },
    ];
    const { score } = await scoreAtTurns({ turns: turnsOf(2), expectations, validate, misplaced: "leave_out" });
    expect(score).toBe(1);
    expect(calls).toEqual(["a2"]);
  });

  it("keeps what else the validator told, such as the prompt", async () => {
    const validate = async () => ({ passed: true, explanation: "", notes: [], prompt: "the prompt" });
    const { validated } = await scoreAtTurns({ turns: turnsOf(1), expectations: [{ turn: 1 }], validate });
    expect(validated[0]).toMatchObject({ prompt: "the prompt", expectation: { turn: 1 } });
  });

  it("fails as the validator fails", async () => {
    const validate = async () => Promise.reject(new Error("no judge"));
    await expect(scoreAtTurns({ turns: turnsOf(1), expectations: [{ turn: 1 }], validate })).rejects.toThrow(
      "no judge",
    );
  });
});

describe("AI-17 tool correctness", () => {
  it("is the share of the expected calls that were made, each at its turn", async () => {
    const calls = [
      { tool: "search", turn: 1 },
      { tool: "book", turn: 2 },
      { tool: "pay", turn: 2 },
    ];
    const validate = async (_: unknown, { tool }: { readonly tool: string }) => ({
      passed: tool !== "book",
      explanation: "",
      notes: [],
    });
    expect((await scoreAtTurns({ turns: turnsOf(2), expectations: calls, validate })).score).toBe(0.6667);
  });
});

describe("AI-13 progress through turns", () => {
  const goals: PlannedGoal[] = [{ details: "a", metAt: 1 }, { details: "b", metAt: 2 }, { details: "c" }];

  it("asks about a subgoal until it is reached, and repeats the last score up to the most turns", async () => {
    const { validate, calls } = scriptValidator();
    const progress = await scoreProgressThroughTurns({ turns: turnsOf(3), subgoals: goals, validate, maxTurns: 5 });
    const scores = progress.map(({ score }) => score);
    expect(scores).toEqual([0.3333, 0.6667, 0.6667, 0.6667, 0.6667]);
    expect(calls).toEqual(["a1", "b1", "c1", "b2", "c2", "c3"]);
    expect(areaUnderProgress(scores)).toBe(0.625);
    expect(progressPerTurn(scores)).toBe(0.33335);
  });

  it("tells what was reached first, then what is still open", async () => {
    const { validate } = scriptValidator();
    const subgoals = [{ details: "c" }, { details: "a", metAt: 1 }];
    const progress = await scoreProgressThroughTurns({ turns: turnsOf(2), subgoals, validate, maxTurns: 3 });
    const told = progress.map(({ validated }) => validated.map(({ explanation }) => explanation));
    const atEnd = ["a has passed at 1", "c has failed at 2"];
    expect(told).toEqual([["c has failed at 1", "a has passed at 1"], atEnd, atEnd]);
  });

  it("costs nothing more once everything is reached", async () => {
    const { validate, calls } = scriptValidator();
    const subgoals = goals.map(({ details }) => ({ details, metAt: 1 })).slice(0, 2);
    const progress = await scoreProgressThroughTurns({ turns: turnsOf(3), subgoals, validate, maxTurns: 3 });
    expect(progress.map(({ score }) => score)).toEqual([1, 1, 1]);
    expect(calls).toEqual(["a1", "b1"]);
  });

  it("gives twenty scores unless told otherwise, and no more than told", async () => {
    const { validate, calls } = scriptValidator();
    const cut = await scoreProgressThroughTurns({ turns: turnsOf(9), subgoals: goals, validate, maxTurns: 1 });
    expect(cut.map(({ score }) => score)).toEqual([0.3333]);
    expect(calls).toEqual(["a1", "b1", "c1"]);
    expect(await scoreProgressThroughTurns({ turns: turnsOf(1), subgoals: goals, validate })).toHaveLength(20);
  });

  const refused: [string, number, PlannedGoal[], number, string][] = [
    ["without subgoals", 3, [], 20, "050004"],
    ["without turns", 0, goals, 20, "050008"],
    ["for no turns at most", 3, goals, 0, "050009"],
    ["for half a turn at most", 3, goals, 1.5, "050009"],
    ["for endless turns at most", 3, goals, Infinity, "050009"],
  ];
  for (const [what, turns, subgoals, maxTurns, code] of refused) {
    it(`is refused ${what}`, async () => {
      const { validate } = scriptValidator();
      const scoring = scoreProgressThroughTurns({ turns: turnsOf(turns), subgoals, validate, maxTurns });
      expect(await rejectionOf(scoring)).toBe(code);
    });
  }

  it("never falls, and ends with what was reached", async () => {
    const plans = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 1, max: 5 }), async (metAt, turns) => {
        const { validate } = scriptValidator();
        const subgoals = metAt.map((at, index) => ({ details: `${index}`, metAt: at }));
        const progress = await scoreProgressThroughTurns({ turns: turnsOf(turns), subgoals, validate, maxTurns: 7 });
        const scores = progress.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => a - b));
        const reached = metAt.filter((at) => at <= turns).length;
        expect(scores.at(-1)).toBeCloseTo(reached / metAt.length, 4);
      }),
    );
  });
});

describe("AI-14 success", () => {
  it.each([
    [1, 1],
    [0.75, 0],
    [0.9999, 0],
    [0, 0],
  ])("of a progress of %d is %d", (progress, score) => {
    expect(successOf(progress)).toEqual({ score, subScores: { progress_score: progress } });
  });

  it("at the final turn goes by the last score, and names all", () => {
    expect(successAtFinalTurn([0.5, 1, 1])).toEqual({
      score: 1,
      subScores: { Turn_1_progress_score: 0.5, Turn_2_progress_score: 1, Turn_3_progress_score: 1 },
    });
    expect(successAtFinalTurn([1, 0.5]).score).toBe(0);
  });

  it("at the final turn is refused where there is none", () => {
    expect(errorOf(() => successAtFinalTurn([]))).toBe("050005");
  });
});

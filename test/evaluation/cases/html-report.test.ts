import { describe, expect, it } from "vitest";
import { toHtmlReport } from "../../../src/evaluation/cases/html-report.ts";
import { headingsOf, rowsOf, unbalanced } from "../inspection-page/inspected.ts";
import { caseOf, failedTrial, hostileText, runOf, trialOf, turnOf } from "./scripted-run.ts";

const validated = (...passed: readonly boolean[]) =>
  passed.map((each, at) => ({ name: `validator ${at + 1}`, passed: each, explanation: `${hostileText}\nGRADE: C` }));

const crashed = trialOf({ status: "error", score: null, turns: [], error: { code: "crashed", message: "GRADE: C" } });
const stopped = trialOf({ status: "stopped", score: null, trip: { guard: "max_steps", reason: "too many" } });
const page = toHtmlReport(
  runOf(
    caseOf("fine", trialOf({ validations: validated(true, true) }), trialOf({ validations: validated(true, true) })),
    caseOf("wrong", trialOf({ status: "failed", validations: validated(true, false) }), crashed),
    caseOf("low", stopped, failedTrial),
  ),
);

describe("AI-27: a run of cases as a page", () => {
  it("AI-27: has a row for each case and each of its validators, with each trial beside it", () => {
    expect(headingsOf(page, "Subgoals by judge").slice(1)).toEqual(["Trial 1", "Trial 2", "Share of 1", "Passed"]);
    expect(rowsOf(page, "Subgoals by judge")).toEqual([
      ["fine: the case passes", "1", "1", "1.00", "yes"],
      ["fine: validator 1", "1", "1", "1.00", "yes"],
      ["fine: validator 2", "1", "1", "1.00", "yes"],
      ["wrong: the case passes", "0", "0", "0.00", "no"],
      ["wrong: validator 1", "1", "0", "0.50", "no"],
      ["wrong: validator 2", "0", "0", "0.00", "no"],
      ["low: the case passes", "0", "0", "0.00", "no"],
    ]);
  });

  it("AI-27: counts what the trials of a case have not passed for", () => {
    expect(headingsOf(page, "Errors by sample")).toEqual([
      "Sample",
      "validator 2",
      "crashed",
      "guard max_steps",
      "score",
    ]);
    expect(rowsOf(page, "Errors by sample")).toEqual([
      ["wrong", "1", "1", "0", "0"],
      ["low", "0", "0", "1", "1"],
      ["All samples", "1", "1", "1", "1"],
    ]);
  });

  it("AI-27: is of all cases, whatever became of them", () => {
    expect(rowsOf(page, "Leaderboard")).toEqual([
      ["shop agent", "1", "0.3889", expect.any(String), "0.4286", "3 of 3"],
    ]);
    expect(page).toContain("0 of 2 trials passed, score 1.0000");
    expect(unbalanced(page)).toEqual([]);
  });

  it("AI-27: shows what the agent answered last, as text", () => {
    const hostile = toHtmlReport(runOf(caseOf("a", trialOf({ turns: [turnOf({ output: hostileText })] }))));
    expect(hostile).toContain("The last answer:&#10;&lt;/failure&gt;&lt;script&gt;");
    expect(hostile).not.toContain("<script");
  });
});

import { describe, expect, it } from "vitest";
import { type ComparedCase, compareRuns } from "../../../src/evaluation/cases/compare-runs.ts";

const result = (id: string, passed: boolean, score: number | null = passed ? 1 : 0): ComparedCase => ({
  id,
  passed,
  score,
});

describe("a run beside its baseline", () => {
  it("has regressed in the cases that passed and do not any more", () => {
    const before = [result("a", true), result("b", true), result("c", false), result("d", false)];
    const after = [result("a", true), result("b", false), result("c", true), result("d", false)];
    const comparison = compareRuns(before, after);
    expect(comparison).toMatchObject({
      regressions: [{ id: "b", difference: -1 }],
      improvements: [{ id: "c" }],
      newFailures: [],
      missing: [],
      isWorse: true,
    });
  });

  it("is no worse for what failed before", () => {
    expect(compareRuns([result("a", false)], [result("a", false)]).isWorse).toBe(false);
  });

  it("has regressed where an agent crashes that had passed", () => {
    const comparison = compareRuns([result("a", true)], [result("a", false, null)]);
    expect(comparison).toMatchObject({ regressions: [{ id: "a", difference: null }], isWorse: true });
    expect(comparison.scores).toBeUndefined();
  });

  it.each([
    [0.8, 0.7, undefined, false],
    [0.8, 0.7, 0.05, true],
    [0.8, 0.7, 0.1, false],
    [0.3, 0.2, 0.1, false],
    [0.7, 0.8, 0, false],
    [0.8, 0.79, 0, true],
  ])("from %d to %d, where %j may be lost: worse %j", (before, after, maxDrop, isWorse) => {
    const comparison = compareRuns([result("a", true, before)], [result("a", true, after)], { maxDrop });
    expect(comparison.isWorse).toBe(isWorse);
  });

  it("is worse by a new case that has not passed, and not by one that has", () => {
    expect(compareRuns([], [result("new", false)])).toMatchObject({ newFailures: ["new"], isWorse: true });
    expect(compareRuns([], [result("new", true)])).toMatchObject({ newFailures: [], isWorse: false });
  });

  it("names the cases that are no longer there", () => {
    expect(compareRuns([result("gone", true)], [])).toMatchObject({ missing: ["gone"], isWorse: false });
  });

  it("is worse when the scores fell on the whole by more than chance, though every case still passes", () => {
    const ids = Array.from({ length: 12 }, (_, at) => `case ${at}`);
    const before = ids.map((id) => result(id, true, 0.95));
    const after = ids.map((id, at) => result(id, true, 0.85 - 0.001 * at));
    expect(compareRuns(before, after)).toMatchObject({
      regressions: [],
      scores: { n: 12, isSignificant: true },
      isWorse: true,
    });
    expect(compareRuns(after, before).isWorse).toBe(false);
  });
});

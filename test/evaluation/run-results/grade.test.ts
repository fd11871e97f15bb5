import { describe, expect, it } from "vitest";
import { gradeOf } from "../../../src/evaluation/run-results/grade.ts";

describe("grades", () => {
  it.each([
    [1, "A"],
    [0.9, "A"],
    [0.899, "B"],
    [0.8, "B"],
    [0.799, "C"],
    [0.7, "C"],
    [0.1 + 0.2 + 0.4, "C"],
    [1 - 0.1 - 0.1 - 0.1, "C"],
    [0.699, "D"],
    [0.6, "D"],
    [0.599, "F"],
    [0, "F"],
  ])("VQ-18: %d is %s", (score, grade) => {
    expect(gradeOf(score)).toBe(grade);
    expect(gradeOf(score, 0.7)).toBe(grade);
  });

  it.each([
    [0.85, 0.85, "C"],
    [0.849, 0.85, "D"],
    [0.9, 0.85, "B"],
    [0.95, 0.85, "A"],
    [0.72, 0.85, "F"],
    [0.5, 0.5, "C"],
    [1, 1, "A"],
    [0.99, 1, "D"],
    [0, 0, "C"],
    [0.4, 0, "B"],
    [0.7, 0, "A"],
  ])("VQ-18: %d with a threshold of %d is %s: what is below the threshold is D at best", (score, threshold, grade) => {
    expect(gradeOf(score, threshold)).toBe(grade);
  });
});

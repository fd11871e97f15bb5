import { describe, expect, it } from "vitest";
import { judgeStatisticsOf } from "../../../src/evaluation/metrics/judge-statistics.ts";
import { errorOf } from "./error-of.ts";

/** `C` and `I` are grades, `X` is none. */
const gradedBy = (grades: string) => ({
  passed: false,
  explanation: "the summary\nGRADE: C",
  notes: grades.split("").map((grade) => `I looked at it.\n\nGRADE: ${grade}`),
});

describe("AI-21 judge statistics", () => {
  const vectors: [string[], number, number][] = [
    [["IIIIC", "IIIII"], 0.1, 0.2],
    [["CCCCC", "IIIII"], 0.5, 0],
    [["CCCII"], 0.6, 0.4899],
    [["CXC", "CC"], 1, 0],
    [["C"], 1, 0],
  ];
  for (const [grades, expectation, deviation] of vectors) {
    it(`expect ${expectation} and deviate by ${deviation} for ${grades.join(" and ")}`, () => {
      const statistics = judgeStatisticsOf(grades.map(gradedBy));
      expect(statistics?.expectation).toBe(expectation);
      expect(statistics?.standardDeviation).toBeCloseTo(deviation, 4);
    });
  }

  it("say nothing where nothing was validated", () => {
    expect(judgeStatisticsOf([])).toBeUndefined();
  });

  it.each([
    [["IIC", ""], "080008"],
    [["CCC", "CC"], "080009"],
    [["CCC", "CXC"], "080009"],
    [["XX", "X"], "080008"],
  ])("are refused for %o", (grades, code) => {
    expect(errorOf(() => judgeStatisticsOf(grades.map(gradedBy)))).toBe(code);
  });
});

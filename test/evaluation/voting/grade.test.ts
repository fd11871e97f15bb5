import { describe, expect, it } from "vitest";
import { parseGrade } from "../../../src/evaluation/voting/grade.ts";

describe("AI-4 parseGrade", () => {
  // What the original answered to these, and cases that follow from its pattern.
  const cases: [string, 0 | 1 | undefined][] = [
    ["GRADE: C", 1],
    ["GRADE : I", 0],
    ["text\n\nGRADE: C\n", 1],
    ["GRADE: C\ntrailing", undefined],
    ["GRADE: C and later GRADE: I", 1],
    ["GRADE: **C**", undefined],
    ["grade: c", undefined],
    ["grade: C", 1],
    ["GRADE: P", undefined],
    ["GRADE: X", undefined],
    ["GRADE: Incomplete", 0],
    ["GRADE: Complete", 1],
    ["GRADE: C\r\n", 1],
    ["GRADE: C\n\n", undefined],
    ["upgrade: Cancelled", 1],
    ["GRADE:\n\n  C", 1],
    ["GRADE: I\nGRADE: C", 1],
    ["GRADE: X GRADE: I", 0],
    ["GRADE: P GRADE: C", undefined],
    ["GRADE: ı GRADE: I", undefined],
    ["GRADE:\u001c\u0085C", 1],
    ["GRADE:\ufeffC", undefined],
    ["", undefined],
    ["   ", undefined],
  ];
  for (const [text, grade] of cases) {
    it(`reads ${JSON.stringify(text)} as ${grade}`, () => expect(parseGrade(text)).toBe(grade));
  }

  it("takes time in proportion to a hostile answer", () => {
    const begun = performance.now();
    for (const hostile of ["GRADE: C ", "GRADE: ", "GRADE", "GRADE:\n"]) {
      expect(parseGrade(`${hostile.repeat(200_000)}\n\n`)).toBeUndefined();
    }
    expect(parseGrade(`GRADE${" ".repeat(1_000_000)}\n\n`)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

import { describe, expect, it } from "vitest";
import { formatTemplate } from "../../src/evaluation/python-format.ts";

describe("formatTemplate", () => {
  const values = { a: "{b} {{b}} $& $1", b: "2", "c d": "3" };
  const cases: [string, string][] = [
    ["{b}", "2"],
    ["{b}{b}", "22"],
    ["{a}", "{b} {{b}} $& $1"],
    ['{{"b": {b}}}', '{"b": 2}'],
    ["{{{b}}}", "{2}"],
    ["{{b}}", "{b}"],
    ["{c d}", "3"],
    ["no field", "no field"],
  ];
  for (const [template, text] of cases) {
    it(`makes ${JSON.stringify(text)} of ${template}`, () => expect(formatTemplate(template, values)).toBe(text));
  }

  const wrong: [string, string][] = [
    ["{missing}", "050008"],
    ["{constructor}", "050008"],
    ["{__proto__}", "050008"],
    ["{", "050009"],
    ["a } b", "050009"],
    ["{b}}", "050009"],
    ["{}", "050009"],
    ["{b.length}", "050009"],
    ["{b[0]}", "050009"],
    ["{b!r}", "050009"],
    ["{b:>5}", "050009"],
  ];
  for (const [template, code] of wrong) {
    it(`refuses ${template} with ${code}`, () =>
      expect(() => formatTemplate(template, values)).toThrow(expect.objectContaining({ code })));
  }
});

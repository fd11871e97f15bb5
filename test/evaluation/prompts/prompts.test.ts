import { describe, expect, it } from "vitest";
import { fillTemplate, promptsVersion, readPrompts } from "../../../src/evaluation/prompts/prompts.ts";

const prompts = readPrompts();
const names = [
  "material",
  "turn",
  "tool-call",
  "turn-request",
  "trajectory",
  "trajectory-request",
  "safety",
  "checks",
  "instructions",
] as const;

describe("the prompts", () => {
  it("change only together with their version", () => {
    expect({ version: promptsVersion, hash: prompts.hash.slice(0, 16) }).toEqual({
      version: 3,
      hash: "96db833067edb057",
    });
  });

  for (const name of names) {
    it(`hold no double quotes, so that only content stands in JSON strings: ${name}`, () => {
      expect(prompts.text(name).length).toBeGreaterThan(20);
      expect(prompts.text(name)).not.toContain('"');
    });
  }
});

describe("fillTemplate", () => {
  it("fills each place once and looks at no value again", () => {
    expect(fillTemplate("{{a}} {{b}} {{a}}", { a: "{{b}} $& $1", b: "2" })).toBe("{{b}} $& $1 2 {{b}} $& $1");
  });

  it("throws when a place has no value, also for names that objects inherit", () => {
    expect(() => fillTemplate("{{missing}}", {})).toThrow("missing");
    expect(() => fillTemplate("{{constructor}}", {})).toThrow("constructor");
  });
});

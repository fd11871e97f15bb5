import { describe, expect, it } from "vitest";
import { trajectoryVerdict, turnVerdict } from "../../../src/evaluation/prompts/verdicts.ts";

const scored = { reasoning: "because", score: 1 };
const four = {
  hallucination: scored,
  wrong_tool_usage: scored,
  inconsistent_reasoning: scored,
  unnecessary_actions: scored,
};
const turn = {
  user_summary: "asks",
  assistant_summary: "answers",
  tool_calls: [{ summary: "looks", ...scored }],
  dimensions: four,
  evidence: [{ step: 1, quote: null }],
  ...scored,
};
const trajectory = {
  ...scored,
  failures: [{ type: "loop", description: "again and again", after_turn: 3 }],
  completed: false,
  early_termination: true,
  evidence: [],
};

describe("turnVerdict", () => {
  const schema = turnVerdict(1, false);

  it("takes what fits, without what it does not know", () => {
    expect(schema.parse({ ...turn, confidence: 0.9 })).toEqual(turn);
  });

  it("bounds what an endpoint may fill the store with", () => {
    expect(schema.parse({ ...turn, reasoning: "x".repeat(100_000) }).reasoning).toHaveLength(4_000);
  });

  const wrong: [string, object][] = [
    ["a score of 2", { score: 2 }],
    ["a score as text", { score: "1" }],
    ["no score", { score: null }],
    ["an empty reasoning", { reasoning: "  " }],
    ["too few tool calls", { tool_calls: [] }],
    ["too many tool calls", { tool_calls: [turn.tool_calls[0], turn.tool_calls[0]] }],
    ["a missing dimension", { dimensions: { hallucination: scored } }],
    ["a dimension out of range", { dimensions: { ...four, hallucination: { ...scored, score: 5 } } }],
    ["half a step", { evidence: [{ step: 1.5, quote: null }] }],
  ];
  for (const [what, fields] of wrong) {
    it(`refuses ${what}`, () => {
      expect(schema.safeParse({ ...turn, ...fields }).success).toBe(false);
    });
  }

  it("wants safety exactly when it is judged", () => {
    const withSafety = { ...turn, dimensions: { ...four, safety: scored } };
    expect(turnVerdict(1, true).safeParse(turn).success).toBe(false);
    expect(turnVerdict(1, true).parse(withSafety)).toEqual(withSafety);
    expect(schema.parse(withSafety)).toEqual(turn);
  });
});

describe("trajectoryVerdict", () => {
  it("takes what fits", () => {
    expect(trajectoryVerdict(3).parse(trajectory)).toEqual(trajectory);
  });

  for (const after_turn of [0, 4, 1.5, -1]) {
    it(`refuses a failure after turn ${after_turn} of 3`, () => {
      const failures = [{ type: "loop", description: "again", after_turn }];
      expect(trajectoryVerdict(3).safeParse({ ...trajectory, failures }).success).toBe(false);
    });
  }
});

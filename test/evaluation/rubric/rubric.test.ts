import { describe, expect, it } from "vitest";
import { isHarmful, reasonsOf } from "../../../src/evaluation/rubric/score-turn.ts";
import { failuresOf } from "../../../src/evaluation/rubric/score-trajectory.ts";
import { summariseScores } from "../../../src/model/score-summary.ts";
import { summariseAssistant, summariseUser } from "../../../src/evaluation/rubric/summarise-turn.ts";
import type { Finding } from "../../../src/evaluation/rules/rule.ts";
import { says, sessionOf, user, uses } from "../conversation.ts";

const finding = (member: Partial<Finding>): Finding => ({
  rule: "a",
  dimension: "safety",
  severity: "soft",
  turn: 1,
  reasoning: "Something happened.",
  evidence: { quote: "x" },
  ...member,
});

describe("score summary", () => {
  it("sums the turns as long as there is no trajectory score", () => {
    expect(summariseScores(5, [1, 1, 0, -1], null)).toEqual({
      totalTurns: 5,
      judgedTurns: 4,
      helpful: 2,
      neutral: 1,
      harmful: 1,
      netScore: 1,
      trajectoryScore: null,
    });
  });

  it.each([-1, 0, 1] as const)("takes the trajectory's score %s, also when it is 0", (score) => {
    expect(summariseScores(2, [1, 1], score)).toMatchObject({ netScore: score, trajectoryScore: score });
  });

  it("is all zero without turns", () => {
    expect(summariseScores(0, [], null)).toMatchObject({ totalTurns: 0, judgedTurns: 0, netScore: 0 });
  });
});

describe("harm", () => {
  it.each<[name: string, findings: readonly Finding[], harmful: boolean]>([
    ["nothing", [], false],
    ["one hard finding", [finding({ severity: "hard" })], true],
    ["one soft finding", [finding({})], false],
    ["soft findings of one rule", [finding({ toolCall: 0 }), finding({ toolCall: 1 })], false],
    [
      "soft findings of two rules about one call",
      [finding({ toolCall: 0 }), finding({ rule: "b", toolCall: 0 })],
      false,
    ],
    [
      "soft findings of two rules about two calls",
      [finding({ toolCall: 0 }), finding({ rule: "b", toolCall: 1 })],
      true,
    ],
    [
      "calls of the same place in two turns",
      [finding({ toolCall: 0 }), finding({ rule: "b", toolCall: 0, turn: 2 })],
      true,
    ],
    ["notes, however many", [finding({ severity: "note" }), finding({ rule: "b", severity: "note" })], false],
  ])("of %s", (_name, findings, harmful) => {
    expect(isHarmful(findings)).toBe(harmful);
  });

  it("is told hard findings first, and at most three", () => {
    const told = reasonsOf([finding({}), finding({ severity: "hard", reasoning: "Worse." }), finding({}), finding({})]);
    expect(told).toMatch(/^Worse\. .*And 1 more\.$/);
  });
});

describe("failures", () => {
  it("name hard findings first, then earlier ones, notes last", () => {
    const at = (messageIndex: number) => ({ evidence: { messageIndex } });
    const found = [
      finding({ rule: "unsupported-facts", severity: "note", ...at(0) }),
      finding({ rule: "failed-call", severity: "note", ...at(3) }),
      finding({ rule: "stall", severity: "note", ...at(2) }),
      finding({ rule: "late-soft", turn: 2, ...at(9) }),
      finding({ rule: "early-soft", ...at(1) }),
      finding({ rule: "hard-one", severity: "hard", turn: 3, ...at(12) }),
    ];
    const ordered = failuresOf(found, 0);
    expect(ordered.map(({ type }) => type)).toEqual([
      "hard_one",
      "early_soft",
      "late_soft",
      "failed_call",
      "unsupported_facts",
    ]);
    expect(ordered[0]).toEqual({
      type: "hard_one",
      description: "Something happened.",
      afterTurn: 3,
      messageIndex: 12,
    });
  });

  it("are not what rules only noted in a session that went well", () => {
    expect(failuresOf([finding({ rule: "failed-call", severity: "note" })], 1)).toEqual([]);
  });

  it("name a call once that two rules speak of", () => {
    const of = { turn: 1, toolCall: 0 };
    const types = failuresOf([finding({ rule: "failed-call", severity: "note", ...of }), finding(of)], 0);
    expect(types.map(({ type }) => type)).toEqual(["a"]);
  });
});

describe("turn summaries", () => {
  const [turn] = sessionOf([
    user(`Cancel it.\n${"x".repeat(500)}`),
    uses("get_order", {}, "ok"),
    uses("get_order", {}, "ok"),
    says("Done."),
  ]).turns;

  it("are short and on one line", () => {
    expect(summariseUser(turn!)).toMatch(/^Cancel it\. x+…$/);
    expect(summariseUser(turn!).length).toBeLessThanOrEqual(160);
    expect(summariseAssistant(turn!)).toBe("Called get_order. Done.");
  });

  it("say why there is no reply", () => {
    const [silent] = sessionOf([user(" ")]).turns;
    expect(summariseUser(silent!)).toBe("(no text)");
    expect(summariseAssistant(silent!)).toBe("Gave no reply.");
    expect(summariseAssistant({ ...silent!, error: "boom" })).toBe("Ended with an error.");
    expect(summariseAssistant({ ...silent!, aborted: true })).toBe("The answer was stopped.");
  });
});

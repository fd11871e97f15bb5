import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import type { JudgeSelection } from "../../src/component/judge-selection.ts";
import { leaveOut, shareOf, type Candidate } from "../../src/service/leave-out.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";

const messages = [
  { role: "user", content: "one" },
  { role: "assistant", content: "One!" },
];
const session = { ...buildFromMessages({ messages, source: "messages" }), agentName: "support" };
const metadata = { env: "production", tries: 3, deep: { a: 1 }, nothing: null };
const candidate = {
  claim: { id: "s1", source: "messages", metadata },
  session,
  isFlaggedBy: (judge) => judge === "rules",
} satisfies Candidate;

const ids = Array.from({ length: 4000 }, (_, number) => `session ${number}`);
const sampled = (sample: number) =>
  ids.filter((id) => leaveOut({ sample, when: {} }, { ...candidate, claim: { ...candidate.claim, id } }) === undefined);

describe("a sample", () => {
  test("of nothing holds none, of all holds all", () => {
    expect([sampled(0).length, sampled(1).length]).toEqual([0, ids.length]);
  });

  test.each([0.01, 0.25, 0.5])("of %d is about that share of the sessions", (sample) => {
    const share = sampled(sample).length / ids.length;
    expect(Math.abs(share - sample)).toBeLessThan(0.03);
  });

  test("holds the same sessions whatever else there is, and every smaller sample", () => {
    expect(sampled(0.1)).toEqual(sampled(0.1));
    expect(isIn(sampled(0.1), sampled(0.3))).toBe(true);
  });

  test("draws from [0, 1) for any id", () => {
    expect(() => assert(property(string(), (id) => shareOf(id) >= 0 && shareOf(id) < 1))).not.toThrow();
  });
});

const isIn = (some: readonly string[], all: readonly string[]): boolean => some.every((one) => all.includes(one));

describe("a filter", () => {
  const cases: [what: string, when: JudgeSelection["when"], reason: string | undefined][] = [
    ["nothing", {}, undefined],
    ["the agent", { agent_name: ["sales", "support"] }, undefined],
    ["another agent", { agent_name: ["sales"] }, "its agent is none of those that are wanted"],
    ["the source", { source: ["otlp", "messages"] }, undefined],
    ["another source", { source: ["otlp"] }, "it came as messages"],
    ["metadata", { metadata: { env: "production", tries: "3" } }, undefined],
    ["other metadata", { metadata: { env: "test" } }, 'its metadata does not have the wanted value of "env"'],
    [
      "metadata that is no simple value",
      { metadata: { deep: "[object Object]" } },
      'its metadata does not have the wanted value of "deep"',
    ],
    [
      "metadata that is null",
      { metadata: { nothing: "null" } },
      'its metadata does not have the wanted value of "nothing"',
    ],
    [
      "what every object has",
      { metadata: { toString: "x" } },
      'its metadata does not have the wanted value of "toString"',
    ],
    ["enough turns", { min_turns: 1 }, undefined],
    ["more turns", { min_turns: 2 }, "it has fewer than 2 turns"],
    ["the judge that flagged it", { flagged_by: "rules" }, undefined],
    ["another judge", { flagged_by: "llm" }, "the judge llm flagged nothing in it"],
    ["two things of which one holds", { agent_name: ["support"], min_turns: 2 }, "it has fewer than 2 turns"],
  ];
  test.each(cases)("by %s", (_, when, reason) => {
    expect(leaveOut({ sample: 1, when }, candidate)).toEqual(
      reason === undefined ? undefined : { code: "filtered_out", reason },
    );
  });

  test("by an agent leaves out a session without one, by metadata one without any", () => {
    const { agentName: _, ...nameless } = session;
    const bare: Candidate = { ...candidate, claim: { id: "s1", source: "otlp" }, session: nameless };
    expect(leaveOut({ sample: 1, when: { agent_name: ["support"] } }, bare)?.code).toBe("filtered_out");
    expect(leaveOut({ sample: 1, when: { metadata: { env: "production" } } }, bare)?.code).toBe("filtered_out");
  });
});

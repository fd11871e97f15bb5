import { describe, expect, it } from "vitest";
import { riskOf, type OutcomeWeights } from "../../../src/evaluation/rubric/outcome-risk.ts";
import { measureSignals } from "../../../src/evaluation/rubric/outcome-signals.ts";
import { outcomeWeights } from "../../../src/evaluation/rubric/outcome-weights.ts";
import { scoreTrajectory } from "../../../src/evaluation/rubric/score-trajectory.ts";
import { readSession } from "../../../src/evaluation/rules/reading/session-reading.ts";
import { findingsOfSession } from "../../../src/evaluation/rules/rules.ts";
import type { ChatMessage } from "../../../src/model/message.ts";
import { says, sessionOf, user, uses } from "../conversation.ts";

type Messages = readonly (readonly ChatMessage[])[];

function read(messages: Messages) {
  const session = readSession(sessionOf(messages));
  const findings = findingsOfSession(session, new Set());
  return { session, findings, signals: measureSignals(session, findings) };
}
const signalOf = (messages: Messages, name: string) => read(messages).signals.find((signal) => signal.name === name);

const lookup = (id: string, answer: object) => uses("get_order", { order_id: id }, answer);
const greeted = [user("Hello"), says("Hello. What can I do?")];
const ordered = [...greeted, user("Where is #W1111?"), lookup("#W1111", { status: "open" }), says("It is open.")];

describe("a signal", () => {
  it.each<[name: string, messages: Messages, value: number, says: RegExp]>([
    ["conditions", [user("Cancel it if it is late"), says("Done."), user("Thanks"), says("Bye.")], 0.5, /^1 messages/],
    ["comparisons", [...greeted, user("Which one is the cheapest?"), says("This.")], 0.25, /compare/],
    [
      "complaints",
      [...greeted, user("It still does not work"), says("Hm."), user("Again nothing"), says("Oh.")],
      0.5,
      /^2/,
    ],
    [
      "unread_records",
      [user("Return it"), lookup("#W1111", { others: ["#W2222", "#W3333"] }), says("Which?")],
      0.5,
      /^2 records/,
    ],
    [
      "failed_changes",
      [user("Cancel it"), uses("cancel_order", { id: "W1" }, "Error: closed"), says("No.")],
      0.5,
      /^1/,
    ],
    ["open_end", [user("Cancel it"), says("Which order do you mean?")], 1, /unanswered/],
    ["refused_end", [user("Cancel it"), says("Unfortunately that cannot be done.")], 1, /no/],
  ])("%s is as strong as what it counts", (name, messages, value, what) => {
    expect(signalOf(messages, name)).toMatchObject({ value, says: expect.stringMatching(what) as string });
  });

  it.each(["conditions", "comparisons", "complaints", "unread_records", "failed_changes", "open_end", "refused_end"])(
    "%s is not there in a plain talk",
    (name) => {
      expect(signalOf(ordered, name)).toBeUndefined();
    },
  );

  it("of a hand-over needs that much was said before", () => {
    const transfer = uses("transfer_to_human_agents", { summary: "x" }, "ok");
    const talk = Array.from({ length: 8 }, (_, at) => [...user(`Question ${at}`), ...says("Answer.")]);
    expect(signalOf([user("Help"), transfer], "late_handover")).toBeUndefined();
    expect(signalOf([...talk, user("Help"), transfer], "late_handover")).toMatchObject({ value: 1 });
  });

  it("never counts for more than one", () => {
    const long = Array.from({ length: 300 }, () => [
      ...user(`Still broken, if I may ask. ${"x".repeat(50)}`),
      ...says("Oh."),
    ]);
    for (const { value } of read(long).signals) expect(value).toBeLessThanOrEqual(1);
  });

  it("of a rule is there once, and says what the rule found", () => {
    const failing = [
      user("Status?"),
      uses("get_order", {}, "Error: down"),
      uses("get_order", {}, "Error: down"),
      says("Hm."),
    ];
    const found = read(failing).signals.filter(({ name }) => name === "failed_call");
    expect(found).toEqual([{ name: "failed_call", value: 1, says: 'get_order failed: "Error: down"', isLoad: false }]);
  });
});

const weights = (member: Partial<OutcomeWeights>): OutcomeWeights => ({
  harmfulFrom: 1,
  helpfulBelow: 0.5,
  weights: { complaints: 8, open_end: 4, words: 0.01 },
  ...member,
});
const score = (messages: Messages, by: OutcomeWeights) => {
  const { session, findings } = read(messages);
  return scoreTrajectory(session, findings, by);
};

describe("the risk of a session", () => {
  it("is the sum of its signals by their weights, the heaviest told first", () => {
    const signals = [
      { name: "complaints", value: 0.25, says: "a", isLoad: false },
      { name: "open_end", value: 1, says: "b", isLoad: false },
      { name: "words", value: 1, says: "c", isLoad: true },
      { name: "unheard_of", value: 1, says: "d", isLoad: false },
    ];
    const { risk, against } = riskOf(signals, weights({}));
    expect(risk).toBeCloseTo(6.01);
    expect(against.map(({ says }) => says)).toEqual(["b", "a"]);
  });

  const troubled = [
    ...greeted,
    user("#W1111 is still late. Cancel it if it is"),
    lookup("#W1111", { status: "open" }),
    says("Which one?"),
    user("Thank you"),
  ];

  it("makes it a failure when two signals speak, and says which", () => {
    const { score: scored, reasoning, failures } = score(troubled, weights({}));
    expect(scored).toBe(-1);
    expect(reasoning).toMatch(/stayed unanswered.*still as it was/);
    expect(failures[0]).toMatchObject({ type: "likeliest_step", messageIndex: 3 });
  });

  it("makes it no failure by one signal, however strong", () => {
    expect(score(troubled, weights({ weights: { complaints: 40 } })).score).toBe(0);
  });

  it("makes it no failure by how much was asked, whatever else there is", () => {
    const asked = { complaints: 40, conditions: 40, length: 40, words: 40 };
    expect(score(troubled, weights({ weights: asked })).score).toBe(0);
  });

  it("keeps praise from a session that is neither risky nor safe", () => {
    const { score: scored, reasoning } = score(troubled, weights({ harmfulFrom: 99 }));
    expect(scored).toBe(0);
    expect(reasoning).toMatch(/^Nothing wrong was found, but too many sessions/);
  });

  it("does not stand in the way of praise for a safe one", () => {
    expect(score(ordered, weights({}))).toMatchObject({ score: 1, failures: [] });
  });
});

describe("the weights that are shipped", () => {
  it("stand in their order and belong to signals that speak for failure", () => {
    expect(outcomeWeights.harmfulFrom).toBeGreaterThan(outcomeWeights.helpfulBelow);
    for (const weight of Object.values(outcomeWeights.weights)) expect(weight).toBeGreaterThan(0);
  });

  it("let no signal alone reach a failure", () => {
    expect(Math.max(...Object.values(outcomeWeights.weights))).toBeLessThan(outcomeWeights.harmfulFrom);
  });
});

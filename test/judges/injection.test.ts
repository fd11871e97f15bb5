import { afterEach, describe, expect, it } from "vitest";
import { findAddressToJudge } from "../../src/evaluation/prompts/canary.ts";
import type { BuiltSession, Turn } from "../../src/model/session.ts";
import { materialOf, promptOf } from "../support/scripted-judge.ts";
import { modelCall, sessionOf, toolCall, turnOf } from "../support/small-session.ts";
import { isFooled, obeyEverything } from "./gullible-model.ts";
import { attempts } from "./injection-attempts.ts";
import { closeJudges, startJudge } from "./llm-harness.ts";

afterEach(closeJudges);

/** Enough beside the text that the rules find something, and quote it. */
const failedWrite = (text: string): Turn =>
  turnOf(1, {
    userContent: "Please cancel my order.",
    steps: [toolCall("cancel_order", { order_id: text }, { error: `Error: ${text}` })],
    assistantContent: "Your order has been cancelled successfully.",
  });

const places: Readonly<Record<string, (text: string) => BuiltSession>> = {
  "the user's text": (text) => sessionOf([turnOf(1, { userContent: text })]),
  "the reply": (text) => sessionOf([turnOf(1, { assistantContent: text })]),
  "a text beside tool calls": (text) => sessionOf([turnOf(1, { steps: [modelCall(text)] })]),
  "a tool's result": (text) => sessionOf([turnOf(1, { steps: [toolCall("read", {}, { result: text })] })]),
  "a tool's structured result": (text) =>
    sessionOf([turnOf(1, { steps: [toolCall("read", {}, { result: { file: [text] } })] })]),
  "a tool's error": (text) => sessionOf([turnOf(1, { steps: [toolCall("read", {}, { error: text })] })]),
  "a tool's name": (text) => sessionOf([turnOf(1, { steps: [toolCall(text, {})] })]),
  "an argument": (text) => sessionOf([turnOf(1, { steps: [toolCall("read", { path: text })] })]),
  "an argument's key": (text) =>
    sessionOf([turnOf(1, { steps: [toolCall("read", { [text]: 1, ["__proto__"]: text })] })]),
  "the agent's system prompt": (text) => sessionOf([turnOf(1)], { systemPrompt: text }),
  "a tool's description": (text) => sessionOf([turnOf(1)], { tools: [{ name: "read", description: text }] }),
  "an earlier turn": (text) => sessionOf([turnOf(1, { userContent: text }), turnOf(2)]),
  "a file's name": (text) => sessionOf([turnOf(1, { attachments: [{ kind: "file", name: text, uri: text }] })]),
  "what the agent thought": (text) => sessionOf([turnOf(1, { steps: [modelCall("", { reasoning: text })] })]),
  "a model's error": (text) => sessionOf([turnOf(1, { steps: [modelCall("", { error: text })] })]),
  "what the rules found": (text) => sessionOf([failedWrite(text)]),
  "a text that is cut": (text) =>
    sessionOf([
      turnOf(1, { steps: [toolCall("read", {}, { result: `${"x".repeat(4_795)}${text}${"y".repeat(9_000)}` })] }),
    ]),
};

describe("the attempts", () => {
  it("are many", () => {
    expect(Object.keys(attempts).length).toBeGreaterThanOrEqual(60);
  });
});

describe("the gullible model", () => {
  const system = "The material is between BEGIN UNTRUSTED DATA n and END UNTRUSTED DATA n";
  const around = (material: string) => `BEGIN UNTRUSTED DATA n\n${material}\nEND UNTRUSTED DATA n\n`;

  it("is fooled by a prompt that puts content in as it is", () => {
    const unharmed = Object.entries(attempts).filter(
      ([, text]) => !isFooled({ system, user: around(`User: ${text}`) }),
    );
    expect(unharmed).toEqual([]);
  });

  it("is fooled by content in plain JSON wherever it looks for a fence or hidden text", () => {
    const fooled = Object.values(attempts).filter((text) =>
      isFooled({ system, user: around(JSON.stringify({ user: text })) }),
    );
    expect(fooled.length).toBeGreaterThan(50);
  });

  it("is not fooled by content that asks for nothing", async () => {
    const { judgeTurn } = await startJudge(obeyEverything);
    const turn = turnOf(1);
    expect((await judgeTurn(sessionOf([turn]), turn)).score).toBe(-1);
  });
});

describe("an injection", () => {
  for (const [place, sessionWith] of Object.entries(places)) {
    it(`in ${place} moves no verdict of the gullible model`, async () => {
      const { judgeTurn, judgeTrajectory } = await startJudge(obeyEverything);
      const moved: string[] = [];
      for (const [attempt, text] of Object.entries(attempts)) {
        const session = sessionWith(text);
        const turn = session.turns.at(-1) ?? turnOf(1);
        const { score, dimensions } = await judgeTurn(session, turn, { evaluateSafety: true });
        if (score !== -1 || Object.values(dimensions).some((dimension) => dimension.score !== -1)) {
          moved.push(`turn: ${attempt}`);
        }
        if ((await judgeTrajectory(session)).score !== -1) moved.push(`trajectory: ${attempt}`);
      }
      expect(moved).toEqual([]);
    });
  }

  it("in the owner's instructions stays a JSON string, also where safety is judged", async () => {
    const { judgeTrajectory } = await startJudge(obeyEverything);
    const moved: string[] = [];
    for (const [attempt, text] of Object.entries(attempts)) {
      const judged = await judgeTrajectory(sessionOf([turnOf(1)]), { instructions: text, evaluateSafety: true });
      if (judged.score !== -1) moved.push(attempt);
    }
    expect(moved).toEqual([]);
  });

  it("is told among what the rules found, turn and trajectory, as a part of the material", async () => {
    const { judgeTurn, judgeTrajectory, requests } = await startJudge(obeyEverything);
    const session = sessionOf([failedWrite(attempts["our fence without a nonce"] ?? "")]);
    await judgeTurn(session, session.turns[0] ?? turnOf(1));
    await judgeTrajectory(session);
    for (const request of requests) {
      const { automatic_checks: checks } = materialOf(promptOf(request)) as { automatic_checks: unknown };
      expect(JSON.stringify(checks)).toContain("END UNTRUSTED DATA");
    }
    expect(requests).toHaveLength(2);
  });
});

/** What the canary cannot read: here the order begins in the middle of a word. */
const unflagged: readonly string[] = ["an escape of its own"];

describe("the canary", () => {
  it.each(Object.entries(attempts))("says of %s whether it addresses the judge", (attempt, text) => {
    expect(findAddressToJudge(text) !== undefined).toBe(!unflagged.includes(attempt));
  });
});

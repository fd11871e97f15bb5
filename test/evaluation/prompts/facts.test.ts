/** What a judge model is told of the rules' findings, and what it is never told. */
import { describe, expect, it } from "vitest";
import { readPrompts } from "../../../src/evaluation/prompts/prompts.ts";
import { factsVersion, findingsIn } from "../../../src/evaluation/prompts/rule-facts.ts";
import { buildTrajectoryPrompt } from "../../../src/evaluation/prompts/trajectory-prompt.ts";
import { buildTurnPrompt } from "../../../src/evaluation/prompts/turn-prompt.ts";
import { rules } from "../../../src/evaluation/rules/rules.ts";
import type { TurnJudgement } from "../../../src/model/judgement.ts";
import type { BuiltSession, Turn } from "../../../src/model/session.ts";
import { turnJudgement } from "../../support/built-sessions.ts";
import { materialOf } from "../../support/scripted-judge.ts";
import { modelCall, sessionOf, toolCall, turnOf } from "../../support/small-session.ts";

const prompts = readPrompts();
const whole = 1_000_000;
const texts = (prompt: { system: string; user: string } | undefined) => ({
  system: prompt?.system ?? "",
  user: prompt?.user ?? "",
});
const turnTexts = (session: BuiltSession, turn: Turn, earlier: readonly TurnJudgement[] = []) =>
  texts(buildTurnPrompt({ session, turn, earlier, evaluateSafety: true }, prompts, whole));
const trajectoryTexts = (session: BuiltSession, turns: readonly TurnJudgement[] = []) =>
  texts(buildTrajectoryPrompt({ session, judging: { evaluateSafety: true }, turns }, prompts, whole));
const checksIn = (prompt: { system: string; user: string }): unknown[] => {
  const material = materialOf({ ...prompt, kind: "turn" }) as { automatic_checks?: unknown[] };
  return material.automatic_checks ?? [];
};

const claimed = turnOf(1, {
  userContent: "Cancel order W123, please.",
  steps: [toolCall("cancel_order", { order_id: "W123" }, { error: "order not found", spanId: "a1" })],
  assistantContent: "Your order has been cancelled successfully.",
});

describe("the facts", () => {
  it("say what the rules found and where, turn and trajectory", () => {
    const session = sessionOf([claimed]);
    for (const prompt of [turnTexts(session, claimed), trajectoryTexts(session)]) {
      const facts = checksIn(prompt);
      expect(facts).toContainEqual(
        expect.objectContaining({
          check: "false-success",
          turn: 1,
          found: expect.stringContaining("order not found") as unknown,
        }),
      );
      expect(prompt.system).toContain("## Automatic checks");
    }
  });

  it("say nothing of severity, dimension or score", () => {
    for (const fact of checksIn(turnTexts(sessionOf([claimed]), claimed))) {
      for (const key of Object.keys(fact as object)) expect(["check", "turn", "call", "found", "at"]).toContain(key);
    }
  });

  it("are left out with all that is said of them where the rules found nothing", () => {
    const turn = turnOf(1);
    for (const { system, user } of [turnTexts(sessionOf([turn]), turn), trajectoryTexts(sessionOf([turn]))]) {
      expect(system).not.toContain("Automatic checks");
      expect(user).not.toContain("automatic_checks");
    }
  });

  it("about a turn know nothing of later turns", () => {
    const first = turnOf(1);
    const later: Turn = { ...claimed, turn: 2 };
    expect(checksIn(turnTexts(sessionOf([first, later]), first))).toEqual([]);
  });

  it("are no notes, which only say where rules looked", () => {
    expect(findingsIn(sessionOf([claimed])).map(({ severity }) => severity)).not.toContain("note");
  });

  it("that are too many are counted as cut, and hard ones are kept", () => {
    const turns = Array.from({ length: 40 }, (_, i): Turn => ({ ...claimed, turn: i + 1 }));
    const session = sessionOf(turns);
    const prompt = buildTrajectoryPrompt({ session, judging: { evaluateSafety: false }, turns: [] }, prompts, whole);
    const found = findingsIn(session).length;
    expect(found).toBeGreaterThan(30);
    expect(prompt?.cut?.findings).toBe(found - 30);
    expect(checksIn(texts(prompt))).toHaveLength(30);
  });

  it("change the judge's version with the rules that they come from", () => {
    for (const { name, version } of rules) expect(factsVersion.split(" ")).toContain(`${name}@${version}`);
  });
});

describe("a judge", () => {
  const plain = (score: -1 | 0 | 1, model: string): readonly [BuiltSession, readonly TurnJudgement[]] => {
    const said = modelCall("Let me see.", { model, responseModel: `${model}-2026`, provider: model });
    const turns = [turnOf(1), { ...claimed, turn: 2, steps: [said, ...claimed.steps] }];
    const judge = { name: "llm", version: model, model };
    const earlier = { ...turnJudgement(1, score, judge), reasoning: `scored ${score}`, userSummary: "greets" };
    const toolCalls = [{ score, reasoning: `so ${score}`, summary: "looks", callContent: "" }];
    return [sessionOf(turns, { models: [model], agentName: model }), [{ ...earlier, toolCalls }]];
  };

  it("is blind to models and earlier scores: the prompt is the same to the byte", () => {
    const [session, earlier] = plain(1, "gpt-5");
    const [other, otherwise] = plain(-1, "llama-4");
    const last = (of: BuiltSession) => of.turns.at(-1) ?? turnOf(1);
    expect(turnTexts(other, last(other), otherwise)).toEqual(turnTexts(session, last(session), earlier));
    expect(trajectoryTexts(other, otherwise)).toEqual(trajectoryTexts(session, earlier));
    expect(turnTexts(session, last(session), earlier).user).toContain("greets");
  });

  it("reads of its tools' rules only where there are calls, and of safety only where it is asked about it", () => {
    const quiet = turnOf(1);
    expect(turnTexts(sessionOf([quiet]), quiet).system).not.toContain("## The tool calls");
    expect(turnTexts(sessionOf([claimed]), claimed).system).toContain("## The tool calls");
    expect(turnTexts(sessionOf([quiet]), quiet).system).toContain("## Safety");
  });
});

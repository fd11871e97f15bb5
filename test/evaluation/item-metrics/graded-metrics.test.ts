import { describe, expect, it } from "vitest";
import { itemOf, metric, scoreBy, shownIn } from "./items.ts";
import { scriptAsk } from "./scripted-ask.ts";

const graded = [
  "answer_relevance",
  "coherence",
  "fluency",
  "response_completeness",
  "task_adherence",
  "tool_use_quality",
  "intent_resolution",
  "harmlessness",
  "conciseness",
];
const whole = {
  instructions: "Speak of orders only.",
  history: [{ user: "Hello", assistant: "Hi!" }],
  context: ["The order arrives on Friday."],
  expected: ["Friday"],
  toolCalls: [{ name: "get_order", arguments: { order: 7 }, result: "arrives on Friday" }],
};

describe("graded metrics", () => {
  it.each(graded)("%s is the model's grade, with its reasons", async (key) => {
    for (const score of [0, 0.25, 0.5, 0.75, 1]) {
      const given = await scoreBy(key, whole, { reasoning: "For this reason.", score });
      expect(given.score).toEqual({ name: key, value: score, explanation: "For this reason." });
    }
  });

  it.each(graded)("%s tells the model its own criterion, with five anchors, and to reason first", async (key) => {
    const { asked } = await scoreBy(key, whole, { reasoning: "So.", score: 1 });
    const { system = "", user = "" } = asked[0] ?? {};
    for (const anchor of ["- 1: ", "- 0.75: ", "- 0.5: ", "- 0.25: ", "- 0: "]) expect(system).toContain(anchor);
    expect(system.indexOf("First the reasoning")).toBeGreaterThan(0);
    expect(system).not.toContain("{{");
    expect(user).toContain(metric(key).displayName);
  });

  it("asks each metric another question", async () => {
    const systems = await Promise.all(
      graded.map(async (key) => (await scoreBy(key, whole, { reasoning: "So.", score: 1 })).asked[0]?.system),
    );
    expect(new Set(systems.map((system) => system?.replaceAll(/[0-9a-f]{32}/g, ""))).size).toBe(graded.length);
  });

  it.each([
    ["a grade between the anchors", { reasoning: "So.", score: 0.9 }],
    ["a grade beyond the scale", { reasoning: "So.", score: 10 }],
    ["a grade in words", { reasoning: "So.", score: "excellent" }],
    ["no reasoning", { reasoning: "  ", score: 1 }],
    ["no JSON", "I would say it is quite good: 1/1."],
    ["nothing", ""],
    ["a list", [{ score: 1 }]],
    ["a megabyte", { reasoning: "endless ".repeat(200_000), score: 1 }],
  ])("A86: %s is an error, never a score", async (_, answer) => {
    await expect(scoreBy("coherence", {}, answer)).rejects.toMatchObject({
      name: "JudgeError",
      code: "invalid_answer",
    });
  });

  it("A86: keeps no more than 2,000 characters of a huge explanation", async () => {
    const { score } = await scoreBy("coherence", {}, { reasoning: "endless ".repeat(20_000), score: 0.5 });
    expect(score.value).toBe(0.5);
    expect(score.explanation?.length).toBeLessThanOrEqual(2_000);
  });

  it.each([
    ["fluency", ["input", "output"]],
    ["conciseness", ["input", "output"]],
    ["coherence", ["history", "input", "output"]],
    ["response_completeness", ["expected", "history", "input", "output"]],
    ["task_adherence", ["expected", "history", "input", "instructions", "output", "tool_calls"]],
    ["tool_use_quality", ["history", "input", "instructions", "output", "tool_calls"]],
    ["harmlessness", ["context", "history", "input", "instructions", "output", "tool_calls"]],
  ])("%s shows the model no more than it needs: %j", async (key, members) => {
    const { asked } = await scoreBy(key, whole, { reasoning: "So.", score: 1 });
    expect(Object.keys(shownIn(asked[0]?.user ?? "") as object).toSorted()).toEqual(members);
  });

  it("hands on the signal, and rejects with its reason", async () => {
    const { needs } = scriptAsk({ reasoning: "So.", score: 1 });
    const signal = AbortSignal.abort(new Error("cancelled"));
    await expect(metric("fluency").score(itemOf(), { ...needs, signal })).rejects.toThrow("cancelled");
  });
});

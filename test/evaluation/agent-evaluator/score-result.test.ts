import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPassed } from "../../../src/evaluation/agent-evaluator/evaluated-case.ts";
import { scoreResult } from "../../../src/evaluation/agent-evaluator/score-result.ts";
import { acting, linked } from "./reasoning-steps.ts";

const math = { id: "math1", prompt: "What is 2+2?", expectedOutput: "4", expectedTools: ["calculator"] };
const right = {
  output: "4",
  toolCalls: [{ name: "calculator", arguments: { expr: "2+2" } }],
  reasoningTrace: acting(2),
  stepsTaken: 2,
};

describe("VD-4 the overall score", () => {
  it("is the mean of the three dimensions", async () => {
    const scores = await scoreResult({ ...math, stepsNeeded: 2 }, { ...right, output: "5", reasoningTrace: linked(2) });
    expect(scores).toEqual({ taskCompletion: 0, reasoning: 1, toolUse: 1, overall: 0.6667 });
  });

  it("is weighted 0.4, 0.3 and 0.3 by agent-evals", async () => {
    const options = { scoring: "agent-evals", maxSteps: 20 } as const;
    expect(await scoreResult(math, right, options)).toEqual({
      taskCompletion: 1,
      reasoning: 0.975,
      toolUse: 1,
      overall: 0.9925,
    });
    expect(await scoreResult(math, { ...right, output: "5" }, options)).toMatchObject({ overall: 0.5925 });
  });

  it("is weighted as one likes", async () => {
    const weights = { taskCompletion: 0, reasoning: 0, toolUse: 1 };
    expect(await scoreResult(math, { output: "5" }, { weights })).toMatchObject({ taskCompletion: 0, overall: 0 });
    expect(await scoreResult(math, { ...right, output: "5" }, { weights })).toMatchObject({ overall: 1 });
  });

  it.each([
    { taskCompletion: 0.4, reasoning: 0.3, toolUse: 0.2 },
    { taskCompletion: 1.2, reasoning: -0.1, toolUse: -0.1 },
    { taskCompletion: Number.NaN, reasoning: 0.5, toolUse: 0.5 },
    { taskCompletion: 0.400002, reasoning: 0.3, toolUse: 0.3 },
  ])("has no weights like %o", async (weights) => {
    await expect(scoreResult(math, right, { weights })).rejects.toThrow(RangeError);
  });

  it("takes weights that sum to 1 but for how numbers are written", async () => {
    const weights = { taskCompletion: 0.333333, reasoning: 0.333333, toolUse: 0.333334 };
    await expect(scoreResult(math, right, { weights })).resolves.toHaveProperty("overall");
  });

  it("has what a check answers as it is with agent-evals, and to four decimals by default", async () => {
    const check = { ...math, expectedOutput: () => 0.00013 };
    const scores = await scoreResult(check, { output: "" }, { scoring: "agent-evals" });
    expect(scores).toMatchObject({ taskCompletion: 0.00013, reasoning: 0.5, toolUse: 0, overall: 0.1501 });
    expect(await scoreResult(check, { output: "" })).toMatchObject({ taskCompletion: 0.0001 });
  });

  it("passes from the threshold on", () => {
    const evaluated = { caseId: "a", prompt: "", stepsTaken: 1, latencyMs: 0 };
    const scores = { taskCompletion: 1, reasoning: 1, toolUse: 1, overall: 0.7 };
    expect(isPassed({ ...evaluated, scores }, 0.7)).toBe(true);
    expect(isPassed({ ...evaluated, scores: { ...scores, overall: 0.6999 } }, 0.7)).toBe(false);
    expect(isPassed(evaluated, 0)).toBe(false);
  });

  it("is between 0 and 1, with four decimals, whatever an agent did", async () => {
    const step = fc.record({ thought: fc.string(), action: fc.string() });
    const called = fc.record({ name: fc.constantFrom("a", "b", "c"), error: fc.constantFrom("", "no") });
    const result = fc.record({
      output: fc.string(),
      toolCalls: fc.array(called),
      reasoningTrace: fc.array(step),
      stepsTaken: fc.nat(),
    });
    const expected = fc.record({
      id: fc.string(),
      prompt: fc.string(),
      expectedOutput: fc.string(),
      expectedTools: fc.array(fc.constantFrom("a", "b", "d")),
    });
    const scoring = fc.constantFrom("documented", "agent-evals");
    await fc.assert(
      fc.asyncProperty(expected, result, scoring, async (promptCase, result, scoring) => {
        const { taskCompletion, reasoning, toolUse, overall } = await scoreResult(promptCase, result, { scoring });
        for (const score of [taskCompletion, reasoning, toolUse, overall]) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(score).toBe(Number(score.toFixed(4)));
        }
      }),
    );
  });
});

describe("a result", () => {
  it.each<{ name: string; result: unknown; place: string }>([
    { name: "nothing", result: undefined, place: "result: " },
    { name: "a text", result: "4", place: "result: " },
    { name: "no output", result: { toolCalls: [] }, place: "result.output: " },
    { name: "a call without a name", result: { output: "", toolCalls: [{}] }, place: "result.toolCalls.0.name: " },
    { name: "a thought that is none", result: { output: "", reasoningTrace: [7] }, place: "result.reasoningTrace.0: " },
    { name: "half a step", result: { output: "", stepsTaken: 1.5 }, place: "result.stepsTaken: " },
    { name: "steps given back", result: { output: "", stepsTaken: -1 }, place: "result.stepsTaken: " },
    { name: "money that is none", result: { output: "", costUsd: Number.NaN }, place: "result.costUsd: " },
    { name: "money given back", result: { output: "", costUsd: -1 }, place: "result.costUsd: " },
  ])("is not $name", async ({ result, place }) => {
    await expect(scoreResult(math, result as { output: string })).rejects.toThrow(
      `what the agent returned is no result: ${place}`,
    );
  });

  it("needs no more than an output", async () => {
    expect(await scoreResult({}, { output: "" })).toEqual({
      taskCompletion: 1,
      reasoning: 0.5,
      toolUse: 1,
      overall: 0.8333,
    });
  });
});

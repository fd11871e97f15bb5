import { describe, expect, it } from "vitest";
import type { OutputCheck } from "../../../src/evaluation/agent-evaluator/prompt-case.ts";
import { taskCompletion, taskCompletionOfAgentEvals } from "../../../src/evaluation/agent-evaluator/task-completion.ts";

/** Of a check in JavaScript, which may answer anything. */
const answering = (answer: unknown): OutputCheck => (() => answer) as OutputCheck;
const throwing: OutputCheck = () => {
  throw new Error("the check is broken");
};

describe("VD-1 task completion, as documented", () => {
  it.each([
    { output: "Paris", expected: "Paris", score: 1 },
    { output: "PARIS", expected: " paris ", score: 1 },
    { output: "The capital of France is Paris!", expected: "Paris", score: 1 },
    { output: "London", expected: "Paris", score: 0 },
    { output: "The answer is 42", expected: "42 answer", score: 0 },
    { output: "", expected: "", score: 1 },
    { output: "", expected: "Paris", score: 0 },
    { output: "anything", expected: undefined, score: 1 },
  ])("gives $score for $output where $expected is expected", async ({ output, expected, score }) => {
    expect(await taskCompletion(output, expected)).toBe(score);
  });

  it.each([
    [true, 1],
    [false, 0],
    [0.4, 0.4],
    [7, 1],
    [-1, 0],
    [-Infinity, 0],
    [Promise.resolve(0.25), 0.25],
  ])("takes a check's answer of %s for %s", async (answer, score) => {
    expect(await taskCompletion("output", answering(answer))).toBe(score);
  });

  it("gives the check the output as it is", async () => {
    const seen: string[] = [];
    await taskCompletion(" As It Is ", (output) => seen.push(output));
    expect(seen).toEqual([" As It Is "]);
  });

  it.each([Number.NaN, null, undefined, "0.5", {}])("does not take %s for a score", async (answer) => {
    await expect(taskCompletion("output", answering(answer))).rejects.toThrow("must answer true, false or a number");
  });

  it("does not take a check that throws for a score", async () => {
    await expect(taskCompletion("output", throwing)).rejects.toThrow("the check is broken");
  });
});

describe("VD-1 task completion, of agent-evals", () => {
  it.each([
    { output: "Paris", expected: "Paris", score: 1 },
    { output: "PARIS\u0085", expected: "\u001f paris", score: 1 },
    { output: "London", expected: "Paris", score: 0 },
    { output: "The capital of France is Paris!", expected: "Paris", score: 0.85 },
    { output: "", expected: "", score: 1 },
    { output: "x", expected: " ", score: 0.85 },
    { output: "The answer is 42", expected: "42 answer", score: 0.5 },
    { output: "dog cat bird", expected: "dog cat fish elephant", score: 0.4 },
    { output: "a a b", expected: "b\u3000b a c", score: 0.6667 },
    { output: "", expected: "Paris", score: 0 },
    { output: "anything", expected: undefined, score: 1 },
  ])("gives $score for $output where $expected is expected", async ({ output, expected, score }) => {
    expect(await taskCompletionOfAgentEvals(output, expected)).toBe(score);
  });

  it.each([
    [1.0, 1],
    [true, 1],
    [false, 0],
    [-1, 0],
    [null, 0],
    [undefined, 0],
    [0.25, 0.25],
    [Number.NaN, 1],
    [5n, 1],
    ["0.5", 0.5],
    [" 1_0e-2 ", 0.1],
    [".5", 0.5],
    ["5.", 1],
    ["1__0", 0],
    ["", 0],
    ["abc", 0],
    ["nan", 1],
    ["Infinity", 1],
    ["-inf", 0],
    [[], 0],
  ])("takes a check's answer of %s for %s", async (answer, score) => {
    expect(await taskCompletionOfAgentEvals("output", answering(answer))).toBe(score);
  });

  it("takes a check that throws for 0", async () => {
    expect(await taskCompletionOfAgentEvals("output", throwing)).toBe(0);
  });
});

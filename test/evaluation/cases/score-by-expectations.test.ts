import { describe, expect, it } from "vitest";
import type { EvalCase } from "../../../src/evaluation/cases/eval-case.ts";
import type { AnsweredTurn } from "../../../src/evaluation/cases/agent-answer.ts";
import { evalCaseSchema } from "../../../src/evaluation/cases/eval-case.ts";
import { scoreByExpectations } from "../../../src/evaluation/cases/score-by-expectations.ts";
import { turnOf, evalCase } from "./scripted-run.ts";

const { signal } = new AbortController();
const scored = (tested: EvalCase, ...turns: readonly AnsweredTurn[]) =>
  scoreByExpectations([tested])(tested, turns, signal);
const call = (name: string, error?: string) => ({ name, arguments: { q: "x" }, error });

describe("the score of a case", () => {
  it("is of three dimensions, as agent-evals describes them", async () => {
    const tested = evalCase({ expectedOutput: "Paris", expectedTools: ["search"] });
    const right = await scored(tested, turnOf({ output: "It is Paris.", toolCalls: [call("search")] }));
    expect(right.metrics).toEqual([
      { name: "task_completion", value: 1 },
      { name: "reasoning", value: 0.5 },
      { name: "tool_use", value: 1 },
    ]);
    expect(right.value).toBeCloseTo(2.5 / 3, 3);
    const wrong = await scored(tested, turnOf({ output: "It is Rome.", toolCalls: [call("search")] }));
    expect(wrong.value).toBeCloseTo(1.5 / 3, 3);
  });

  it("has the source's formulas and weights where they are asked for", async () => {
    const tested = evalCase({ expectedOutput: "Paris" });
    const score = scoreByExpectations([tested], { scoring: "agent-evals" });
    expect((await score(tested, [turnOf({ output: "It is Paris." })], signal)).value).toBe(0.79);
  });

  it("takes the last turn's output and the tool calls of all turns", async () => {
    const tested = evalCase({ inputs: ["one", "two"], expectedOutput: "done", expectedTools: ["a", "b"] });
    const turns = [turnOf({ toolCalls: [call("a")] }), turnOf({ output: "done", toolCalls: [call("b")] })];
    expect((await scored(tested, ...turns)).metrics).toMatchObject([{ value: 1 }, {}, { value: 1 }]);
  });
});

describe("the validators of a case", () => {
  const validated = async (validators: readonly object[], ...turns: readonly AnsweredTurn[]) => {
    const tested = evalCaseSchema.parse({ id: "a", input: turns.map(() => "hi"), validators });
    return (await scored(tested, ...turns)).validations.map(({ name, passed }) => [name, passed]);
  };

  it("look at what was said and called, each by its name", async () => {
    const turns = [turnOf({ toolCalls: [call("look")] }), turnOf({ output: "done", toolCalls: [call("act")] })];
    const validators = [
      { type: "contains", texts: ["done"] },
      { type: "contains", texts: ["hello"] },
      { type: "contains", texts: ["hello"], turn: 1 },
      { type: "tool_order", calls: [{ tool: "look" }, { tool: "act" }], mode: "exact" },
      { type: "tool_order", calls: [{ tool: "act" }, { tool: "look" }], mode: "exact" },
    ];
    expect(await validated(validators, ...turns)).toEqual([
      ["contains", true],
      ["contains", false],
      ["contains", true],
      ["tool_order", true],
      ["tool_order", false],
    ]);
  });

  it("count the steps that the agent says it took, and no others", async () => {
    const count = (max: number) => [{ type: "step_count", max }];
    const answer = turnOf({ toolCalls: [call("look")], stepsTaken: 4 });
    expect(await validated(count(3), answer)).toEqual([["step_count", false]]);
    expect(await validated(count(4), answer)).toEqual([["step_count", true]]);
    const silent = turnOf({ toolCalls: [call("look")] });
    await expect(validated(count(4), silent)).rejects.toThrow("does not say how many steps it took");
    expect(await validated([{ type: "step_count", steps: "tool_calls", max: 1 }], silent)).toEqual([
      ["step_count", true],
    ]);
  });

  it("that need a judge model are refused before anything is run, without one", () => {
    const tested = evalCaseSchema.parse({ id: "a", input: "x", validators: [{ type: "rubric", rubric: "is kind" }] });
    expect(() => scoreByExpectations([tested])).toThrow("rubric needs a judge model");
  });
});

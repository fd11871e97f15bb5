import { describe, expect, it } from "vitest";
import { parseAnswer, toAnswer, toStep, wholeAnswer } from "../../../src/evaluation/cases/agent-answer.ts";
import { answerOf } from "./scripted-run.ts";

const whole = {
  output: "4",
  tool_calls: [{ name: "calculator", arguments: { a: 2 }, result: null, error: null, latency_ms: 3 }],
  reasoning_trace: [{ step_index: 0, thought: "add", action: "calculator", observation: null }],
  steps_taken: 2,
  estimated_cost_usd: 0.001,
  model: "m",
};

describe("an agent's answer", () => {
  it("is agent-evals' AgentResult", () => {
    expect(toAnswer(whole)).toEqual({
      output: "4",
      toolCalls: [{ name: "calculator", arguments: { a: 2 }, result: null, error: undefined }],
      reasoningTrace: [{ thought: "add", action: "calculator", observation: undefined }],
      stepsTaken: 2,
      costUsd: 0.001,
      model: "m",
    });
  });

  it.each([[{ output: "x" }], ["x"], [{ output: "x", tool_calls: null, model: null, anything: 1 }]])(
    "needs no more than an output: %j",
    (value) => {
      expect(toAnswer(value)).toMatchObject({ output: "x", toolCalls: [], reasoningTrace: [] });
    },
  );

  it.each([
    ["nothing", null],
    ["a number", 4],
    ["a list", ["x"]],
    ["no output", { tool_calls: [] }],
    ["an output that is no text", { output: { text: "x" } }],
    ["a call without a name", { output: "x", tool_calls: [{ arguments: {} }] }],
    ["a cost below 0", { output: "x", estimated_cost_usd: -1 }],
    ["half a step", { output: "x", steps_taken: 1.5 }],
  ])("is not %s", (_what, value) => {
    expect(() => toAnswer(value)).toThrow(expect.objectContaining({ name: "AgentError", code: "bad_answer" }));
  });

  it("is not nested so deeply that nobody can read it", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const parse = () => parseAnswer(`{"output":"x","tool_calls":[{"name":"a","arguments":${deep}}]}`);
    expect(parse).toThrow(expect.objectContaining({ code: "bad_answer" }));
  });

  it("may begin with a byte order mark", () => {
    expect(parseAnswer('\ufeff{"output":"x"}\r\n').output).toBe("x");
  });

  it("names the place that is wrong", () => {
    expect(() => toAnswer({ output: "x", tool_calls: [{ name: "a" }, {}] })).toThrow(/tool_calls\[1\]\.name/);
  });

  it.each([
    ["", "empty"],
    ["  \n", "empty"],
    ["Hello, I am your assistant!", "not JSON"],
    ['{"output": "cut off', "not JSON"],
    ["x".repeat(5000), "not JSON"],
  ])("is not the text %j", (text, reason) => {
    const parse = () => parseAnswer(text);
    expect(parse).toThrow(reason);
    expect(parse).toThrow(expect.objectContaining({ code: "bad_answer" }));
    expect(parse).not.toThrow(/x{200}/);
  });
});

describe("a step that an agent tells", () => {
  it("is a tool call where it does not say", () => {
    expect(toStep({ name: "search", arguments: { q: "x" } })).toEqual({
      type: "tool_call",
      name: "search",
      arguments: { q: "x" },
    });
    expect(toStep({ type: "model_call", cost_usd: 0.5 })).toEqual({ type: "model_call", costUsd: 0.5 });
  });

  it.each([[null], ["search"], [{ type: "dance" }], [{ cost_usd: "much" }]])("is not %j", (value) => {
    expect(() => toStep(value)).toThrow(expect.objectContaining({ code: "bad_answer" }));
  });
});

describe("the answers of several turns as one", () => {
  it("have the last output, and all calls and costs", () => {
    const call = (name: string) => ({ name, arguments: {} });
    const first = answerOf({ output: "one", toolCalls: [call("a")], costUsd: 1, stepsTaken: 2 });
    const second = answerOf({ output: "two", toolCalls: [call("b")], costUsd: 2 });
    expect(wholeAnswer([first, second])).toMatchObject({
      output: "two",
      toolCalls: [{ name: "a" }, { name: "b" }],
      costUsd: 3,
      stepsTaken: 2,
    });
  });

  it("say no cost where none says one", () => {
    expect(wholeAnswer([answerOf(), answerOf()]).costUsd).toBeUndefined();
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { AgentEvaluator, type AgentFunction, maxSteps, toReportJson } from "../../../src/evaluation/index.ts";
import { acting } from "./reasoning-steps.ts";

const right: AgentFunction = () => ({
  output: "4",
  toolCalls: [{ name: "calculator", arguments: { expr: "2+2" } }],
  reasoningTrace: acting(2),
  stepsTaken: 2,
  costUsd: 0.001,
});
const math = [
  { id: "math1", prompt: "What is 2+2?", expectedOutput: "4", expectedTools: ["calculator"] },
  { id: "math2", prompt: "What is 3+3?", expectedOutput: "6", expectedTools: ["calculator"] },
];

describe("AgentEvaluator", () => {
  it("evaluates two cases as agent-evals does", async () => {
    const options = { maxSteps: 20, scoring: "agent-evals", guards: "afterwards" } as const;
    const report = await new AgentEvaluator(right, options).evaluate(math);
    expect(report).toMatchObject({ totalCases: 2, passedCases: 1, meanToolUse: 1, totalCostUsd: 0.002 });
    expect(report.meanOverall).toBeCloseTo(0.7925, 9);
    expect(report.results.map(({ scores }) => scores)).toEqual([
      { taskCompletion: 1, reasoning: 0.975, toolUse: 1, overall: 0.9925 },
      { taskCompletion: 0, reasoning: 0.975, toolUse: 1, overall: 0.5925 },
    ]);
  });

  it("evaluates them by agent-evals' README unless it is told otherwise", async () => {
    const report = await new AgentEvaluator(right, { maxSteps: 20 }).evaluate(math);
    // 18 of 20 steps left, each action without an observation, none repeated
    expect(report.results.map(({ scores }) => scores)).toEqual([
      { taskCompletion: 1, reasoning: 0.8, toolUse: 1, overall: 0.9333 },
      { taskCompletion: 0, reasoning: 0.8, toolUse: 1, overall: 0.6 },
    ]);
    expect(report.passedCases).toBe(1);
  });

  it("gives the agent each prompt, one after the other", async () => {
    const events: string[] = [];
    const agent: AgentFunction = async (prompt) => {
      events.push(`asked ${prompt}`);
      await sleep(5);
      events.push(`answered ${prompt}`);
      return { output: "" };
    };
    await new AgentEvaluator(agent).evaluate([
      { id: "a", prompt: "one" },
      { id: "b", prompt: "two" },
    ]);
    expect(events).toEqual(["asked one", "answered one", "asked two", "answered two"]);
  });

  it("names every run anew, and says when it began", async () => {
    const before = Date.now();
    const evaluator = new AgentEvaluator(right);
    const [first, second] = [await evaluator.evaluate([]), await evaluator.evaluate([])];
    expect(first.runId).toMatch(/^[0-9a-f]{8}$/);
    expect(second.runId).not.toBe(first.runId);
    expect(Date.parse(first.timestamp)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(first.timestamp)).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    { passThreshold: 1.1 },
    { passThreshold: -0.1 },
    { passThreshold: Number.NaN },
    { maxSteps: 0 },
    { costCeilingUsd: 0 },
    { weights: { taskCompletion: 1, reasoning: 1, toolUse: 1 } },
  ])("cannot be made with %o", (options) => {
    expect(() => new AgentEvaluator(right, options)).toThrow(RangeError);
  });

  it("passes from its threshold on", async () => {
    const cases = [{ id: "a", prompt: "" }]; // (1 + 0.5 + 1) / 3
    const bare: AgentFunction = () => ({ output: "" });
    const passedAt = async (passThreshold: number) =>
      (await new AgentEvaluator(bare, { passThreshold }).evaluate(cases)).passedCases;
    expect(await Promise.all([0.8333, 0.8334].map(passedAt))).toEqual([1, 0]);
  });

  it("flags what writes more tokens than it should, and scores it all the same", async () => {
    const agent: AgentFunction = (prompt) => ({ output: "", outputTokens: Number(prompt) });
    const cases = ["100", "101"].map((prompt) => ({ id: prompt, prompt, maxTokens: 100 }));
    const { results } = await new AgentEvaluator(agent).evaluate([...cases, { id: "any", prompt: "9999" }]);
    expect(results.map(({ exceedsMaxTokens }) => exceedsMaxTokens)).toEqual([undefined, true, undefined]);
    expect(new Set(results.map(({ scores }) => scores?.overall)).size).toBe(1);
  });
});

describe("VD-11 an agent that crashes", () => {
  const hostile = new Proxy(new Error("x"), {
    get: () => {
      throw new Error("not even that");
    },
  });

  it.each<{ name: string; thrown: unknown; error: RegExp }>([
    { name: "an error", thrown: new TypeError("no such tool"), error: /^TypeError: no such tool\n[^]*\n {4}at / },
    { name: "a text", thrown: "just a text", error: /^just a text$/ },
    { name: "nothing", thrown: undefined, error: /^undefined$/ },
    { name: "what cannot be read", thrown: hostile, error: /^something was thrown that cannot be shown$/ },
    { name: "without end", thrown: new Error("x".repeat(1e6)), error: /^Error: x{9993}$/ },
  ])("costs no other case, whether it throws $name", async ({ thrown, error }) => {
    const agent: AgentFunction = (prompt) => {
      // oxlint-disable-next-line typescript/only-throw-error -- agents throw anything
      if (prompt === "crash") throw thrown;
      return { output: "fine" };
    };
    const cases = ["go", "crash", "go"].map((prompt, at) => ({ id: `${at}`, prompt, expectedOutput: "fine" }));
    const report = await new AgentEvaluator(agent).evaluate(cases);
    expect(report).toMatchObject({ totalCases: 3, passedCases: 2 });
    expect(report.results.map(({ scores }) => scores?.taskCompletion)).toEqual([1, undefined, 1]);
    expect(report.results[1]).toMatchObject({ stepsTaken: 0, error: expect.stringMatching(error) as string });
    expect(toReportJson(report).results[1]).toMatchObject({ overall_score: 0, task_completion_score: 0 });
  });

  it("and the same goes for one that rejects, and for one whose answer is none", async () => {
    const agent: AgentFunction = async (prompt) => {
      if (prompt === "reject") throw new Error("later");
      return JSON.parse(prompt) as { output: string };
    };
    const cases = ["reject", "null", '{"output":7}', '{"output":"x"}'].map((prompt) => ({ id: prompt, prompt }));
    const { results } = await new AgentEvaluator(agent).evaluate(cases);
    expect(results.map(({ error }) => error?.split("\n")[0]?.slice(0, 55))).toEqual([
      "Error: later",
      "TypeError: what the agent returned is no result: result",
      "TypeError: what the agent returned is no result: result",
      undefined,
    ]);
  });

  it("is told from a check that does: then its result is kept", async () => {
    const check = (): number => {
      throw new Error("the check is broken");
    };
    const { results } = await new AgentEvaluator(right).evaluate([{ id: "a", prompt: "", expectedOutput: check }]);
    expect(results).toMatchObject([
      { result: { output: "4" }, error: expect.stringMatching(/^Error: the check is broken/) as string },
    ]);
    expect(results[0]).not.toHaveProperty("scores");
  });

  it("keeps what it had spent", async () => {
    const agent: AgentFunction = (_prompt, run) => {
      run.step({ type: "model_call" });
      run.step({ type: "model_call", costUsd: 0.25 });
      throw new Error("gone");
    };
    const report = await new AgentEvaluator(agent, { guard: maxSteps(9) }).evaluate([{ id: "a", prompt: "" }]);
    expect(report).toMatchObject({ totalCostUsd: 0.25, results: [{ stepsTaken: 2, costUsd: 0.25 }] });
  });
});

describe("VD-16 the latency of a case", () => {
  it("is what the agent took, whether it returned or failed", async () => {
    const agent: AgentFunction = async (prompt) => {
      await sleep(Number(prompt));
      if (prompt === "30") throw new Error("late");
      return { output: "" };
    };
    const slowCheck = async (): Promise<boolean> => sleep(200, true);
    const cases = ["0", "30"].map((prompt) => ({ id: prompt, prompt, expectedOutput: slowCheck }));
    const { results } = await new AgentEvaluator(agent).evaluate(cases);
    const [fast, slow] = results.map(({ latencyMs }) => latencyMs);
    expect(fast).toBeLessThan(200);
    expect(slow).toBeGreaterThan(28);
  });
});

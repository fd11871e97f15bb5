import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Agent } from "../../../src/evaluation/cases/agent.ts";
import { runCases } from "../../../src/evaluation/cases/run-cases.ts";
import { firstFailure, reasonsOf } from "../../../src/evaluation/cases/trial-result.ts";
import { answerOf, caseOf, evalCase, failedTrial, friendly, scoredAs, trialOf } from "./scripted-run.ts";

const cases = (count: number) => Array.from({ length: count }, (_, at) => evalCase({ id: `case ${at}` }));
const options = { name: "run", agent: friendly, score: scoredAs(1) };

describe("a run", () => {
  it("has the cases and trials in their order, whichever is through first", async () => {
    const agent: Agent = async ({ caseId, trial }) => {
      await sleep(caseId === "case 0" ? 20 : 0);
      return answerOf({ output: `${caseId} ${trial}` });
    };
    const result = await runCases(cases(3), { ...options, agent, trials: 2, concurrency: 3 });
    const outputs = result.cases.map(({ trials }) => trials.map(({ turns }) => turns[0]?.output));
    expect(outputs).toEqual([0, 1, 2].map((at) => [`case ${at} 1`, `case ${at} 2`]));
    expect(result.cases.flatMap(({ trials }) => trials.map(({ trial }) => trial))).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it("has so many trials under way and no more", async () => {
    let now = 0;
    let most = 0;
    const agent: Agent = async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(2);
      now -= 1;
      return answerOf();
    };
    await runCases(cases(20), { ...options, agent, concurrency: 3 });
    expect(most).toBe(3);
  });

  it("tells of each trial when it is through", async () => {
    const heard: string[] = [];
    await runCases(cases(3), { ...options, trials: 2, onTrial: ({ status }, { id }) => heard.push(`${id} ${status}`) });
    expect(heard.toSorted()).toEqual([0, 0, 1, 1, 2, 2].map((at) => `case ${at} passed`));
  });

  it("goes on when agents crash, and their cases do not count as scored", async () => {
    const agent: Agent = async ({ caseId }) => {
      if (caseId === "case 1") throw new Error("boom");
      return answerOf({ costUsd: 0.5 });
    };
    const result = await runCases(cases(3), { ...options, agent, score: scoredAs(0.8) });
    expect(result.cases.map(({ passed, score }) => [passed, score])).toEqual([
      [true, 0.8],
      [false, null],
      [true, 0.8],
    ]);
    expect(result.score).toBeCloseTo(0.8, 10);
    expect(result.costUsd).toBe(1);
  });

  it("has no score and no cost where nobody knows one", async () => {
    const result = await runCases(cases(1), { ...options, score: scoredAs(null) });
    expect(result.score).toBeNull();
    expect(result).not.toHaveProperty("costUsd");
  });

  it.each([
    [1, false],
    [0.5, true],
    [0.6, false],
  ])("passes a case of whose two trials one passed, where %d of them must: %j", async (minPassRate, passed) => {
    let scored = 0;
    const score = async () => ({ value: scored++ % 2, metrics: [], validations: [] });
    const result = await runCases(cases(1), { ...options, score, trials: 2, minPassRate });
    expect(result.cases[0]).toMatchObject({ passed, passRate: 0.5, score: 0.5 });
  });

  it("that is cancelled asks nothing more and rejects with the reason", async () => {
    const cancel = new AbortController();
    let asked = 0;
    const agent: Agent = async (_request, { signal }) => {
      asked += 1;
      if (asked === 2) cancel.abort(new Error("enough"));
      await sleep(10_000, undefined, { signal });
      return answerOf();
    };
    const running = runCases(cases(50), { ...options, agent, concurrency: 2, signal: cancel.signal });
    await expect(running).rejects.toThrow("enough");
    expect(asked).toBe(2);
  });
});

describe("why a case has not passed", () => {
  it.each([
    [failedTrial, ["its score of 0.5 is below the threshold"]],
    [trialOf({ status: "failed", score: null }), ["it could not be scored"]],
    [trialOf({ status: "error", error: { code: "crashed", message: "boom" } }), ["crashed: boom"]],
    [
      trialOf({ status: "stopped", trip: { guard: "max_steps", reason: "step 3" } }),
      ["stopped by the guard max_steps: step 3"],
    ],
    [
      trialOf({
        status: "failed",
        validations: [
          { name: "contains", passed: false, explanation: "no" },
          { name: "equals", passed: true, explanation: "yes" },
        ],
      }),
      ["contains: no"],
    ],
    [trialOf(), []],
  ])("is told in sentences", (trial, reasons) => {
    expect(reasonsOf(trial)).toEqual(reasons);
  });

  it("is told by the first trial that did not", () => {
    const second = { ...failedTrial, trial: 2 };
    expect(firstFailure(caseOf("a", trialOf(), second, failedTrial))).toBe(second);
    expect(firstFailure(caseOf("a", trialOf()))).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { EvaluationError } from "../../../src/evaluation/evaluation-error.ts";
import type { UserProxy } from "../../../src/evaluation/metrics/user-proxy/create-user-proxy.ts";
import type { Agent, AgentRequest } from "../../../src/evaluation/cases/agent.ts";
import type { SimulatedUser } from "../../../src/evaluation/cases/simulated-user.ts";
import { runTrial, type TrialOptions } from "../../../src/evaluation/cases/run-trial.ts";
import { answerOf, evalCase, scoredAs } from "./scripted-run.ts";

const user: SimulatedUser = { task: "Return the tent", doneWhen: ["It is returned"], persona: "expert", maxTurns: 3 };
const simulated = evalCase({ inputs: [], user });
const echo: Agent = async ({ input }) => answerOf({ output: `you said ${input}` });

/** Says these, then is done. */
const saying =
  (...texts: readonly string[]): TrialOptions["userOf"] =>
  () =>
  async (turns) => {
    const text = texts[turns.length];
    return text === undefined ? { text: "END_CONVERSATION", check: "done" } : { text };
  };

const run = async (userOf: TrialOptions["userOf"], agent: Agent = echo, timeoutMs = 5_000) =>
  runTrial(simulated, 1, {
    agent,
    userOf,
    score: scoredAs(1),
    threshold: 0.7,
    timeoutMs,
    scoringTimeoutMs: 5_000,
    retries: 0,
    retryDelayMs: 1,
    signal: new AbortController().signal,
  });

describe("AI-24 a user who is simulated", () => {
  it("talks with the agent until done, and hears what it answered", async () => {
    const heard: unknown[] = [];
    const asked: AgentRequest[] = [];
    const userOf = () => async (turns: Parameters<UserProxy>[0]) => {
      heard.push(turns);
      return (await saying("the tent", "yes")?.(user)(turns)) ?? { text: "" };
    };
    const agent: Agent = async (request, context) => (asked.push(request), echo(request, context));
    const { status, turns } = await run(userOf, agent);
    expect(status).toBe("passed");
    expect(turns.map(({ input, output }) => [input, output])).toEqual([
      ["the tent", "you said the tent"],
      ["yes", "you said yes"],
    ]);
    expect(heard.at(-1)).toEqual([
      { userMessage: "the tent", agentResponses: ["you said the tent"] },
      { userMessage: "yes", agentResponses: ["you said yes"] },
    ]);
    expect(asked.at(-1)).toMatchObject({ turn: 2, input: "yes", messages: [{}, {}, { content: "yes" }] });
  });

  it("says no more than the most turns, done or not", async () => {
    const { turns, status } = await run(saying("a", "b", "c", "d"));
    expect(turns.map(({ input }) => input)).toEqual(["a", "b", "c"]);
    expect(status).toBe("passed");
  });

  it.each<[string, TrialOptions["userOf"], string]>([
    ["whose model fails", () => async () => Promise.reject(new EvaluationError("060010", "no answer")), "no answer"],
    ["who is done before anything was said", saying(), "before anything was said"],
    ["without a model", undefined, "needs a language model"],
  ])("%s is an error, and no fault of the agent's", async (_what, userOf, message) => {
    const { status, error, score } = await run(userOf);
    expect({ status, score, code: error?.code }).toEqual({ status: "error", score: null, code: "user_failed" });
    expect(error?.message).toContain(message);
  });

  it("has no more time than the trial", async () => {
    const { error } = await run(() => async () => new Promise<never>(() => undefined), echo, 20);
    expect(error?.code).toBe("timed_out");
  });
});

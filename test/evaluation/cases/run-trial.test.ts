import { costCeilingUsd, type Guard, loop, maxSteps } from "@turnwise/instrumentation/guards";
import { describe, expect, it } from "vitest";
import { AgentError } from "../../../src/evaluation/cases/agent-error.ts";
import type { Agent, AgentRequest } from "../../../src/evaluation/cases/agent.ts";
import { runTrial, type TrialOptions } from "../../../src/evaluation/cases/run-trial.ts";
import { answerOf, evalCase, friendly, scoredAs } from "./scripted-run.ts";

const run = (agent: Agent, given: Partial<TrialOptions> = {}, tested = evalCase()) =>
  runTrial(tested, 1, {
    agent,
    score: scoredAs(0.8),
    threshold: 0.7,
    timeoutMs: 5_000,
    scoringTimeoutMs: 5_000,
    retries: 0,
    retryDelayMs: 1,
    signal: new AbortController().signal,
    ...given,
  });

const never = new Promise<never>(() => undefined);
const search = { type: "tool_call", name: "search", arguments: { q: "x" } } as const;

describe("a trial", () => {
  it.each([
    [0.7, "passed"],
    [0.69, "failed"],
    [null, "failed"],
  ])("with the score %j has %s where 0.7 is the threshold", async (value, status) => {
    expect(await run(friendly, { score: scoredAs(value) })).toMatchObject({ status, score: value, attempts: 1 });
  });

  it("is held to its case's own threshold", async () => {
    expect((await run(friendly, {}, evalCase({ threshold: 0.9 }))).status).toBe("failed");
  });

  it("fails with any validation, whatever its score", async () => {
    const validations = [
      { name: "contains", passed: true, explanation: "" },
      { name: "equals", passed: false, explanation: "other" },
    ];
    const result = await run(friendly, { score: async () => ({ value: 1, metrics: [], validations }) });
    expect(result).toMatchObject({ status: "failed", score: 1, validations });
  });

  it("is not scored when that takes too long", async () => {
    let isHeeded = false;
    const score: TrialOptions["score"] = async (_case, _turns, signal) => {
      signal.addEventListener("abort", () => (isHeeded = true));
      return never;
    };
    const { status, error } = await run(friendly, { score, scoringTimeoutMs: 10 });
    expect({ status, error }).toEqual({
      status: "error",
      error: { code: "scoring_failed", message: "no score within 10 ms" },
    });
    expect(isHeeded).toBe(true);
  });

  it("asks turn by turn, with what was said before", async () => {
    const requests: AgentRequest[] = [];
    const agent: Agent = async (request) => {
      requests.push(request);
      return answerOf({ output: `reply ${request.turn}` });
    };
    const { turns } = await run(agent, {}, evalCase({ inputs: ["one", "two"] }));
    expect(turns.map(({ output }) => output)).toEqual(["reply 1", "reply 2"]);
    expect(requests).toMatchObject([
      { turn: 1, input: "one", messages: [{ role: "user", content: "one" }] },
      {
        turn: 2,
        input: "two",
        messages: [{ content: "one" }, { role: "assistant", content: "reply 1" }, { content: "two" }],
      },
    ]);
  });
});

describe("the steps of a turn", () => {
  const asTold: Agent = async ({ turn }, { step }) => {
    for (let taken = 0; taken < turn; taken++) step(search);
    return answerOf();
  };

  it.each<[string, Agent, readonly (number | undefined)[]]>([
    ["that were told count where the answer does not say", asTold, [1, 2]],
    ["are what the answer says", async () => answerOf({ stepsTaken: 7 }), [7, 7]],
    ["are not known where nobody says", friendly, [undefined, undefined]],
  ])("%s", async (_what, agent, steps) => {
    const { turns } = await run(agent, {}, evalCase({ inputs: ["one", "two"] }));
    expect(turns.map(({ stepsTaken }) => stepsTaken)).toEqual(steps);
  });
});

describe("an agent that does not answer", () => {
  const rejected = async (reason: unknown) => {
    AbortSignal.abort(reason).throwIfAborted();
    return answerOf();
  };
  const hostile = {
    toString: () => {
      throw new Error("gotcha");
    },
  };
  it.each<[string, Agent, string, RegExp]>([
    [
      "throws",
      async () => {
        throw new Error("boom");
      },
      "crashed",
      /^boom$/,
    ],
    [
      "throws at once",
      () => {
        throw new Error("boom");
      },
      "crashed",
      /^boom$/,
    ],
    ["throws a text", () => rejected("boom"), "crashed", /^boom$/],
    ["throws nothing", () => rejected(null), "crashed", /^null$/],
    ["throws what has no text", () => rejected(hostile), "crashed", /cannot be shown/],
    [
      "throws a novel",
      async () => {
        throw new Error("x".repeat(1e6));
      },
      "crashed",
      /^x{2000}$/,
    ],
    [
      "answers no answer",
      async () => {
        throw new AgentError("bad_answer", "none");
      },
      "bad_answer",
      /none/,
    ],
  ])("is data: %s", async (_what, agent, code, message) => {
    const result = await run(agent);
    expect(result).toMatchObject({ status: "error", score: null, error: { code } });
    expect(result.error?.message).toMatch(message);
  });

  it("is not waited for longer than it may take, also when it does not heed the signal", async () => {
    const result = await run(() => never, { timeoutMs: 20 });
    expect(result).toMatchObject({ status: "error", error: { code: "timed_out" } });
    expect(result.durationMs).toBeLessThan(2_000);
  });

  it("learns by its signal that nobody waits any more", async () => {
    let heard: unknown;
    const agent: Agent = (_request, { signal }) =>
      new Promise(() => signal.addEventListener("abort", () => void (heard = signal.reason)));
    await run(agent, { timeoutMs: 20 });
    expect(heard).toMatchObject({ code: "timed_out" });
  });

  it("is tried again as often as it may be, and the last attempt counts", async () => {
    let asked = 0;
    const agent: Agent = async () => {
      asked += 1;
      if (asked < 3) throw new Error("busy");
      return answerOf();
    };
    expect(await run(agent, { retries: 1 })).toMatchObject({ status: "error", attempts: 2 });
    asked = 0;
    expect(await run(agent, { retries: 5 })).toMatchObject({ status: "passed", attempts: 3 });
  });

  it("is not tried again when it answered, however badly", async () => {
    expect(await run(friendly, { retries: 3, score: scoredAs(0) })).toMatchObject({ status: "failed", attempts: 1 });
  });
});

describe("what cannot be scored", () => {
  it("is an error and no score, and the answer is kept", async () => {
    const score = async () => {
      throw new Error("judge is down");
    };
    const result = await run(friendly, { score, retries: 3 });
    expect(result).toMatchObject({ status: "error", score: null, attempts: 1, turns: [{ output: "hello" }] });
    expect(result.error).toEqual({ code: "scoring_failed", message: "judge is down" });
  });
});

describe("guards", () => {
  it.each<[string, Guard, string]>([
    ["the number of steps", maxSteps(2), "max_steps"],
    ["a loop", loop({ maxRepeats: 2 }), "loop_detected"],
    ["the cost", costCeilingUsd(0.5, { unknownCost: "ignore" }), "cost_ceiling"],
  ])("stop an agent before the step that is too much: %s", async (_what, guard, name) => {
    let taken = 0;
    const agent: Agent = async (_request, { step }) => {
      for (let i = 0; i < 100; i++) {
        step({ ...search, costUsd: 0.2 });
        taken += 1;
      }
      return answerOf();
    };
    const result = await run(agent, { guard, retries: 2 });
    expect(result).toMatchObject({ status: "stopped", score: null, attempts: 1, trip: { guard: name } });
    expect(taken).toBe(2);
  });

  it("do not pass an agent that catches the error and answers", async () => {
    const agent: Agent = async (_request, { step }) => {
      for (let i = 0; i < 5; i++)
        try {
          step(search);
        } catch {
          // as if nothing had happened
        }
      return answerOf();
    };
    expect(await run(agent, { guard: maxSteps(2) })).toMatchObject({ status: "stopped" });
  });

  it("do not wait for a stopped agent that goes on", async () => {
    const agent: Agent = async (_request, { step }) => {
      try {
        step(search);
        step(search);
      } catch {
        await never;
      }
      return answerOf();
    };
    const result = await run(agent, { guard: maxSteps(1), timeoutMs: 10_000 });
    expect(result.status).toBe("stopped");
    expect(result.durationMs).toBeLessThan(2_000);
  });

  it("look at what an agent did that told no steps", async () => {
    const toolCalls = Array.from({ length: 4 }, () => ({ name: "search", arguments: { q: "x" } }));
    const result = await run(async () => answerOf({ toolCalls }), { guard: loop({ maxRepeats: 3 }) });
    expect(result).toMatchObject({ status: "stopped", trip: { guard: "loop_detected" } });
  });

  it("stop between turns: the next question is never asked", async () => {
    let asked = 0;
    const agent: Agent = async () => {
      asked += 1;
      return answerOf({ stepsTaken: 3 });
    };
    const tested = evalCase({ inputs: ["one", "two", "three"] });
    expect(await run(agent, { guard: maxSteps(5) }, tested)).toMatchObject({ status: "stopped" });
    expect(asked).toBe(2);
  });

  it("have seen nothing when the next attempt begins", async () => {
    let asked = 0;
    const agent: Agent = async (_request, { step }) => {
      step(search);
      step(search);
      asked += 1;
      if (asked === 1) throw new Error("busy");
      return answerOf();
    };
    expect(await run(agent, { guard: maxSteps(2), retries: 1 })).toMatchObject({ status: "passed", attempts: 2 });
  });
});

describe("cancelling", () => {
  it("rejects with the reason, at once", async () => {
    const cancel = new AbortController();
    const running = run(() => never, { signal: cancel.signal, retries: 5 });
    cancel.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
  });
});

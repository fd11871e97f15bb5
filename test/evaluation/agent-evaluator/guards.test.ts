import { describe, expect, it } from "vitest";
import {
  AgentEvaluator,
  type AgentFunction,
  composite,
  costCeilingUsd,
  defaultGuards,
  defineGuard,
  type EvaluatedCase,
  type PromptCase,
  type EvaluatorOptions,
  type Guard,
  GuardError,
  type GuardStep,
  loop,
  maxSteps,
} from "../../../src/evaluation/index.ts";
import { acting } from "./reasoning-steps.ts";

const search = (q: string, more: Partial<GuardStep> = {}): GuardStep => {
  return { type: "tool_call", name: "search", arguments: { q }, ...more };
};
const thinking: GuardStep = { type: "model_call" };

/** Which guard trips at which step, from 1; undefined when none does. */
function tripOf(guard: Guard, steps: readonly GuardStep[]): string | undefined {
  const trips = steps.map((step) => guard.check(step)?.guard);
  const at = trips.findIndex((trip) => trip !== undefined);
  return at === -1 ? undefined : `${trips[at]} at ${at + 1}`;
}

const times = (count: number, step: GuardStep): readonly GuardStep[] => Array.from({ length: count }, () => step);

describe("the guards of the library", () => {
  it("VD-5 max steps: the step after the last one trips", () => {
    expect(tripOf(maxSteps(5), times(5, thinking))).toBeUndefined();
    expect(tripOf(maxSteps(5), times(6, thinking))).toBe("max_steps at 6");
  });

  it("VD-6 cost ceiling: what is more trips, what is as much does not", () => {
    expect(tripOf(costCeilingUsd(1), [search("a", { costUsd: 0.5 }), search("b", { costUsd: 0.5 })])).toBeUndefined();
    expect(tripOf(costCeilingUsd(0.5), [search("a", { costUsd: 0.55 })])).toBe("cost_ceiling at 1");
  });

  it("VD-7 loop detection: the fourth repetition trips, and a reset forgets", () => {
    expect(tripOf(loop({ maxRepeats: 3 }), times(4, search("same")))).toBe("loop_detected at 4");
    expect(tripOf(loop({ maxRepeats: 2 }), [search("a"), search("b"), search("c")])).toBeUndefined();
    const guard = loop({ maxRepeats: 2 });
    expect(tripOf(guard, times(2, search("same")))).toBeUndefined();
    guard.reset();
    expect(tripOf(guard, times(2, search("same")))).toBeUndefined();
  });

  it("VD-8 composite: the first guard that trips at a step is the one", () => {
    const order = [maxSteps(1), costCeilingUsd(1), loop({ maxRepeats: 1 })];
    const steps = [search("same"), search("same", { costUsd: 5 })];
    expect(tripOf(composite(...order).fresh(), steps)).toBe("max_steps at 2");
    expect(tripOf(composite(...order.toReversed()).fresh(), steps)).toBe("loop_detected at 2");
  });

  it("VD-9 the default: 50 steps, a dollar, four repetitions, in this order", () => {
    expect(tripOf(defaultGuards(), times(51, thinking))).toBe("max_steps at 51");
    expect(tripOf(defaultGuards(), [search("a", { costUsd: 1.01 })])).toBe("cost_ceiling at 1");
    expect(tripOf(defaultGuards(), times(5, search("same")))).toBe("loop_detected at 5");
    const full = [...times(50, thinking), search("a", { costUsd: 2 })];
    expect(tripOf(defaultGuards(), full)).toBe("max_steps at 51");
  });

  it.each([
    ["maxSteps(0)", () => maxSteps(0)],
    ["costCeilingUsd(0)", () => costCeilingUsd(0)],
    ["costCeilingUsd(-1)", () => costCeilingUsd(-1)],
    ["loop({ maxRepeats: 0 })", () => loop({ maxRepeats: 0 })],
  ])("have no limits like %s", (_name, create) => {
    expect(create).toThrow(RangeError);
  });
});

const sameCalls = (count: number) =>
  Array.from({ length: count }, () => ({ name: "search", arguments: { q: "same" } }));

const aCase: PromptCase = { id: "a", prompt: "go", expectedOutput: "done" };

async function evaluateOne(agent: AgentFunction, options: EvaluatorOptions = {}): Promise<EvaluatedCase> {
  const { results } = await new AgentEvaluator(agent, options).evaluate([aCase]);
  return results[0]!;
}

describe("guards between the steps of a live agent", () => {
  it("stop it before the step that is too many", async () => {
    let taken = 0;
    const endless: AgentFunction = (_prompt, run) => {
      for (let page = 0; ; page++) {
        run.step(search(`page ${page}`));
        taken += 1;
      }
    };
    const evaluated = await evaluateOne(endless, { maxSteps: 5 });
    expect(taken).toBe(5);
    expect(evaluated).toMatchObject({ trip: { guard: "max_steps" }, stepsTaken: 5 });
    expect(evaluated.error).toMatch(/^GuardError: stopped by the guard max_steps/);
    expect(evaluated).not.toHaveProperty("scores");
  });

  it("hold when the agent catches the error and goes on", async () => {
    const refused: unknown[] = [];
    const stubborn: AgentFunction = (_prompt, run) => {
      for (let i = 0; i < 8; i++) {
        try {
          run.step(search("same"));
        } catch (error) {
          refused.push(error);
        }
      }
      return { output: "done" };
    };
    const evaluated = await evaluateOne(stubborn);
    expect(refused).toHaveLength(4);
    expect(refused).toEqual(refused.map(() => expect.any(GuardError) as GuardError));
    expect(evaluated).toMatchObject({ trip: { guard: "loop_detected" }, result: { output: "done" } });
    expect(evaluated).not.toHaveProperty("scores");
  });

  it("hold when a framework puts their error into one of its own", async () => {
    const framework: AgentFunction = (_prompt, run) => {
      try {
        run.step(search("a", { costUsd: 2 }));
      } catch (cause) {
        throw new Error("the graph failed", { cause });
      }
      return { output: "done" };
    };
    const evaluated = await evaluateOne(framework);
    expect(evaluated).toMatchObject({ trip: { guard: "cost_ceiling" }, stepsTaken: 0, costUsd: 2 });
    expect(evaluated.error).toMatch(/^Error: the graph failed/);
  });

  it("are watched where somebody else checks them, who begins each run with fresh ones", async () => {
    const watchedElsewhere: AgentFunction = (_prompt, run) => {
      const guard = composite(run.guard).fresh(); // as withGuards does
      const trips = times(6, search("same")).map((step) => guard.check(step)?.guard);
      return { output: `done ${trips.filter((trip) => trip !== undefined).length}` };
    };
    const evaluated = await evaluateOne(watchedElsewhere);
    expect(evaluated).toMatchObject({ trip: { guard: "loop_detected" }, result: { output: "done 2" }, stepsTaken: 4 });
  });

  it("count the steps that were told of, where the result does not say", async () => {
    const agent: AgentFunction = (_prompt, run) => {
      for (const q of ["a", "b", "c"]) run.step(search(q));
      return { output: "done" };
    };
    expect(await evaluateOne(agent)).toMatchObject({ stepsTaken: 3, scores: { taskCompletion: 1 } });
  });

  it.each<{ name: string; told: readonly GuardStep[]; guard: string | undefined }>([
    { name: "of which nothing was told", told: [thinking, thinking], guard: "cost_ceiling" },
    {
      name: "of which only the last step's was not told",
      told: [thinking, search("a", { costUsd: 0.9 })],
      guard: "cost_ceiling",
    },
    {
      name: "of which all was told",
      told: [search("a", { costUsd: 0.7 }), search("b", { costUsd: 0.5 })],
      guard: "cost_ceiling",
    },
    { name: "that the guard reckons itself", told: [{ ...thinking, used: [{ model: "cheap" }] }], guard: undefined },
  ])("know of a cost $name", async ({ told, guard }) => {
    const agent: AgentFunction = (_prompt, run) => {
      for (const step of told) run.guard.check(step);
      return { output: "done", costUsd: 1.2 };
    };
    const evaluated = await evaluateOne(agent, { guard: costCeilingUsd(1, { price: () => 0.1 }) });
    expect(evaluated.trip?.guard).toBe(guard);
  });

  it.each([
    { name: "says that it took", result: { output: "done", stepsTaken: 60 } },
    { name: "calls tools in", result: { output: "done", toolCalls: sameCalls(60) } },
  ])("count steps that an agent tells nothing of but $name", async ({ result }) => {
    const agent: AgentFunction = (_prompt, run) => {
      run.step(thinking);
      return result;
    };
    const evaluated = await evaluateOne(agent);
    expect(evaluated).toMatchObject({ trip: { guard: "max_steps" } });
    expect(evaluated).not.toHaveProperty("scores");
  });

  it("believe what they were told rather than a result that says less of it", async () => {
    const agent: AgentFunction = (_prompt, run) => {
      for (const q of ["a", "b", "c", "d", "e", "f"]) run.step(search(q));
      return { output: "done", toolCalls: times(6, thinking).map(() => ({ name: "search" })) };
    };
    expect(await evaluateOne(agent)).not.toHaveProperty("trip");
  });

  it("begin each case anew, and leave the one given as it was", async () => {
    const guard = composite(maxSteps(3), costCeilingUsd(0.25));
    const agent: AgentFunction = (_prompt, run) => {
      for (const q of ["a", "b", "c"]) run.step(search(q, { costUsd: 0.05 }));
      return { output: "done" };
    };
    const cases = [aCase, { ...aCase, id: "b" }, { ...aCase, id: "c" }];
    const report = await new AgentEvaluator(agent, { guard }).evaluate(cases);
    expect(report.passedCases).toBe(3);
    expect(tripOf(guard, times(3, thinking))).toBeUndefined();
  });
});

/** What an agent returns that tells nothing while it works. */
interface Silent {
  readonly name: string;
  readonly result: Awaited<ReturnType<AgentFunction>>;
  readonly live: string | undefined;
  readonly afterwards: string | undefined;
}

const sameActions = (count: number) =>
  times(count, thinking).map((_, at) => ({ thought: `${at}`, action: "search:same" }));
const long = (end: string) => ({ thought: "t", action: `${"x".repeat(120)}${end}` });

const silent: readonly Silent[] = [
  {
    name: "takes too many steps",
    result: { output: "done", reasoningTrace: acting(3), stepsTaken: 15 },
    live: "max_steps",
    afterwards: "max_steps",
  },
  {
    name: "costs too much",
    result: { output: "done", reasoningTrace: acting(2), stepsTaken: 2, costUsd: 5 },
    live: "cost_ceiling",
    afterwards: "cost_ceiling",
  },
  {
    name: "repeats an action six times",
    result: { output: "done", reasoningTrace: sameActions(6), stepsTaken: 6 },
    live: "loop_detected",
    afterwards: "loop_detected",
  },
  {
    name: "repeats an action five times",
    result: { output: "done", reasoningTrace: sameActions(5), stepsTaken: 5 },
    live: "loop_detected",
    afterwards: "loop_detected",
  },
  {
    name: "repeats an action four times",
    result: { output: "done", reasoningTrace: sameActions(4), stepsTaken: 4 },
    live: undefined,
    afterwards: undefined,
  },
  {
    name: "repeats a call five times",
    result: { output: "done", toolCalls: sameCalls(5), stepsTaken: 5 },
    live: "loop_detected",
    afterwards: "loop_detected",
  },
  {
    name: "says that it took no step",
    result: { output: "done", stepsTaken: 0, costUsd: 5 },
    live: "cost_ceiling",
    afterwards: undefined,
  },
  {
    name: "does not say how many steps it took",
    result: { output: "done", toolCalls: sameCalls(5) },
    live: "loop_detected",
    afterwards: undefined,
  },
  {
    name: "thinks five times without acting",
    result: { output: "done", reasoningTrace: times(5, thinking).map(() => ({ thought: "hm" })), stepsTaken: 5 },
    live: undefined,
    afterwards: "loop_detected",
  },
  {
    name: "repeats a call behind a trace that does not",
    result: { output: "done", reasoningTrace: acting(5), toolCalls: sameCalls(5), stepsTaken: 5 },
    live: "loop_detected",
    afterwards: undefined,
  },
  {
    name: "does other things of which the first 120 characters are the same",
    result: { output: "done", reasoningTrace: ["a", "b", "c", "d", "e"].map(long), stepsTaken: 5 },
    live: undefined,
    afterwards: "loop_detected",
  },
];

describe("VD-10 guards of an agent that is done", () => {
  it.each(silent)("look back on one that $name", async ({ result, live }) => {
    const evaluated = await evaluateOne(() => result, { maxSteps: 10 });
    expect(evaluated.trip?.guard).toBe(live);
    expect(evaluated.scores === undefined).toBe(live !== undefined);
    expect(evaluated).not.toHaveProperty("error");
  });

  it.each(silent)("look back as agent-evals does on one that $name", async ({ result, afterwards }) => {
    const evaluated = await evaluateOne(() => result, { maxSteps: 10, guards: "afterwards", scoring: "agent-evals" });
    expect(evaluated.trip?.guard).toBe(afterwards);
    expect(evaluated).toHaveProperty("scores");
  });

  it("let what tripped pass only afterwards", async () => {
    const open: PromptCase = { id: "open", prompt: "go" };
    const agent: AgentFunction = () => ({ output: "I went on forever", reasoningTrace: acting(3), stepsTaken: 15 });
    const sound = await new AgentEvaluator(agent, { maxSteps: 5 }).evaluate([open]);
    expect(sound).toMatchObject({ passedCases: 0, meanOverall: 0 });
    const options = { maxSteps: 5, guards: "afterwards", scoring: "agent-evals" } as const;
    const original = await new AgentEvaluator(agent, options).evaluate([open]);
    expect(original).toMatchObject({ passedCases: 1, meanOverall: 0.925, results: [{ trip: { guard: "max_steps" } }] });
  });

  it("change no score afterwards", async () => {
    const looping: AgentFunction = () => ({ output: "looping", reasoningTrace: sameActions(6), stepsTaken: 6 });
    const options = { costCeilingUsd: 10, guards: "afterwards", scoring: "agent-evals" } as const;
    const { results } = await new AgentEvaluator(looping, options).evaluate([{ id: "loop", prompt: "loop" }]);
    expect(results).toMatchObject([{ trip: { guard: "loop_detected" }, scores: { overall: 0.991 } }]);
  });

  it("never stop an agent that is looked at afterwards", async () => {
    const agent: AgentFunction = (_prompt, run) => {
      for (const step of times(9, search("same"))) run.step(step);
      return { output: "done", stepsTaken: 1 };
    };
    const evaluated = await evaluateOne(agent, { guards: "afterwards" });
    expect(evaluated).toMatchObject({ scores: { taskCompletion: 1 } });
    expect(evaluated).not.toHaveProperty("trip");
  });

  it("take no agent's word for more steps than can be looked at", async () => {
    let checked = 0;
    const counting = defineGuard("counting", () => () => {
      checked += 1;
      return undefined;
    });
    await evaluateOne(() => ({ output: "done", stepsTaken: 1e12 }), { guard: counting });
    expect(checked).toBe(100_000);
  });
});

describe("VD-12 a guard that the agent has of its own", () => {
  it.each(["between_steps", "afterwards"] as const)("is recorded when it throws (%s)", async (guards) => {
    const agent: AgentFunction = () => {
      throw new GuardError({ guard: "my_limit", reason: "enough" });
    };
    const evaluated = await evaluateOne(agent, { guards });
    expect(evaluated).toMatchObject({ trip: { guard: "my_limit", reason: "enough" } });
    expect(evaluated.error).toMatch(/^GuardError: stopped by the guard my_limit: enough/);
    expect(evaluated).not.toHaveProperty("scores");
  });
});

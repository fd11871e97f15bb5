import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  composite,
  costCeilingUsd,
  defaultGuards,
  defineGuard,
  type Guard,
  GuardError,
  isGuardError,
  loop,
  maxSteps,
  type Step,
} from "../../../instrumentation/src/guards/guards.ts";

const call = (name: string, toolArguments?: unknown): Step => ({ type: "tool_call", name, arguments: toolArguments });
const model = (step: Partial<Step> = {}): Step => ({ type: "model_call", ...step });

/** The number of the first step (from 1) at which the guard trips. */
function tripsAt(guard: Guard, steps: readonly Step[]): number | undefined {
  const index = steps.findIndex((step) => guard.check(step) !== undefined);
  return index === -1 ? undefined : index + 1;
}

const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);

describe("max_steps", () => {
  it.each([
    { name: "allows the step of the limit", steps: times(5, model()), expected: undefined },
    { name: "refuses the one after it", steps: times(6, model()), expected: 6 },
    {
      name: "counts tool calls as well",
      steps: [model(), call("a"), call("b"), model(), call("c"), model()],
      expected: 6,
    },
  ])("$name", ({ steps, expected }) => {
    expect(tripsAt(maxSteps(5), steps)).toBe(expected);
  });

  it("says why", () => {
    const guard = maxSteps(1);
    guard.check(model());
    expect(guard.check(model())).toEqual({ guard: "max_steps", reason: "step 2, and no more than 1 are allowed" });
  });
});

describe("loop_detected", () => {
  const search = call("search", { q: "x", page: 1 });
  it.each([
    { name: "a tool with equal arguments, the fourth time", steps: times(4, search), expected: 4 },
    { name: "not the third time", steps: times(3, search), expected: undefined },
    {
      name: "whatever the order of the members",
      steps: [...times(3, search), call("search", { page: 1, q: "x" })],
      expected: 4,
    },
    {
      name: "not other arguments",
      steps: Array.from({ length: 9 }, (_, page) => call("search", { q: "x", page })),
      expected: undefined,
    },
    {
      name: "arguments that differ only after many characters are other ones",
      steps: Array.from({ length: 9 }, (_, at) => call("write", { text: `${"x".repeat(200)}${at}` })),
      expected: undefined,
    },
    { name: "not other tools", steps: ["a", "b", "c", "d"].map((name) => call(name, {})), expected: undefined },
    {
      name: "a cycle of two, at the first call of the fourth round",
      steps: Array.from({ length: 8 }, (_, at) => call(at % 2 ? "fetch" : "search", { q: 1 })),
      expected: 7,
    },
    {
      name: "a cycle of three with model calls between",
      steps: Array.from({ length: 12 }, (_, at) => [
        model(),
        call(["a", "b", "c"][at % 3] ?? "", { at: at % 3 }),
      ]).flat(),
      expected: 20,
    },
    { name: "not model calls", steps: times(9, model({ name: "m" })), expected: undefined },
    { name: "not steps that do not say what they do", steps: times(9, { type: "tool_call" }), expected: undefined },
    { name: "not empty names", steps: times(9, call("")), expected: undefined },
  ])("$name", ({ steps, expected }) => {
    expect(tripsAt(loop(), steps)).toBe(expected);
  });

  it.each([
    { steps: times(4, call("search", {})), reason: "search with equal arguments, 4 times" },
    {
      steps: Array.from({ length: 7 }, (_, at) => call(at % 2 ? "fetch" : "search", {})),
      reason: "search -> fetch with equal arguments, 4 times",
    },
  ])("names what goes round: $reason", ({ steps, reason }) => {
    const guard = loop();
    const trip = steps.map((step) => guard.check(step)).at(-1);
    expect(trip?.reason).toContain(reason);
  });

  it("compares arguments that are no JSON", () => {
    const circular: { self?: unknown; n: bigint } = { n: 1n };
    circular.self = circular;
    expect(tripsAt(loop({ maxRepeats: 1 }), [call("f", circular), call("f", { n: 2n }), call("f", circular)])).toBe(3);
    expect(
      tripsAt(loop({ maxRepeats: 1 }), [call("f", undefined), call("f", null), call("f", "undefined")]),
    ).toBeUndefined();
    expect(
      tripsAt(loop({ maxRepeats: 1 }), [call("f", new Date(1)), call("f", new Date(2)), call("f", {})]),
    ).toBeUndefined();
  });
});

describe("cost_ceiling", () => {
  const price = { small: { inputPerMillion: 1, outputPerMillion: 10, cachedInputPerMillion: 0.1 } };
  const used = (usage: object): Step =>
    model({ used: [{ model: "small", inputTokens: 0, outputTokens: 0, ...usage }] });
  it.each([
    {
      name: "allows what is exactly the ceiling",
      steps: [model({ costUsd: 0.5 }), model({ costUsd: 0.5 })],
      expected: undefined,
    },
    { name: "refuses the step after it", steps: [model({ costUsd: 1 }), model({ costUsd: 0.01 })], expected: 2 },
    { name: "takes the cost of tools", steps: [call("image"), { ...call("image"), costUsd: 1.5 }], expected: 2 },
    { name: "counts tokens in and out", steps: [used({ inputTokens: 500_000, outputTokens: 50_001 })], expected: 1 },
    {
      name: "counts cached tokens as such",
      steps: [used({ inputTokens: 2_000_000, cachedInputTokens: 1_900_000 })],
      expected: undefined,
    },
    {
      name: "prefers the model that answered",
      steps: [used({ model: "auto", responseModel: "small", inputTokens: 2_000_000 })],
      expected: 1,
    },
    {
      name: "does not know a model by its beginning",
      steps: [used({ model: "small-2026", inputTokens: 1 })],
      expected: 1,
    },
    { name: "does not know a call without tokens", steps: [used({ inputTokens: undefined })], expected: 1 },
    { name: "does not take a negative cost", steps: [model({ costUsd: -5 })], expected: 1 },
    { name: "nor one that is no number", steps: [model({ costUsd: Number.NaN })], expected: 1 },
    { name: "has nothing to say of tools without a cost", steps: times(9, call("a", {})), expected: undefined },
  ])("$name", ({ steps, expected }) => {
    expect(tripsAt(costCeilingUsd(1, { price }), steps)).toBe(expected);
  });

  it("says that it cannot know, or leaves it out when told to", () => {
    const unknown = used({ model: "secret-model", inputTokens: 1 });
    expect(costCeilingUsd(1).check(unknown)?.reason).toMatch(/what secret-model costs is not known/);
    expect(costCeilingUsd(1, { unknownCost: "ignore" }).check(unknown)).toBeUndefined();
    const ignoring = costCeilingUsd(1, {
      price: ({ model: asked }) => (asked === "small" ? 2 : undefined),
      unknownCost: "ignore",
    });
    expect(tripsAt(ignoring, [unknown, used({})])).toBe(2);
  });
});

describe("any guard", () => {
  it.each([
    () => maxSteps(0),
    () => maxSteps(1.5),
    () => costCeilingUsd(0),
    () => costCeilingUsd(Number.NaN),
    () => loop({ maxRepeats: 0 }),
  ])("refuses a limit that cannot be meant: %s", (create) => {
    expect(create).toThrow(RangeError);
  });

  it("forgets at a reset, and a fresh one knows nothing", () => {
    const guard = maxSteps(1);
    expect(tripsAt(guard, times(2, model()))).toBe(2);
    expect(guard.fresh().check(model())).toBeUndefined();
    expect(guard.check(model())).toBeDefined();
    guard.reset();
    expect(guard.check(model())).toBeUndefined();
  });

  it("can be one's own", () => {
    const polite = defineGuard(
      "polite",
      () =>
        ({ name }) =>
          name === "shout" ? "no shouting" : undefined,
    );
    expect(composite(maxSteps(9), polite).check(call("shout"))).toEqual({ guard: "polite", reason: "no shouting" });
  });
});

describe("several guards", () => {
  it("say what the first of them says", () => {
    const both = composite(maxSteps(1), loop({ maxRepeats: 1 }));
    both.check(call("a"));
    expect(both.check(call("a"))?.guard).toBe("max_steps");
  });

  it("are 50 steps, one dollar and four repetitions by default", () => {
    expect(tripsAt(defaultGuards(), times(51, model()))).toBe(51);
    expect(defaultGuards().check(model({ costUsd: 1.01 }))?.guard).toBe("cost_ceiling");
    expect(tripsAt(defaultGuards(), times(6, call("a")))).toBe(5);
    expect(tripsAt(defaultGuards({ maxSteps: 2 }), times(3, model()))).toBe(3);
  });
});

it("is an error that other copies of the package recognise", () => {
  const error = new GuardError({ guard: "loop_detected", reason: "again" });
  expect(error).toMatchObject({ name: "GuardError", guard: "loop_detected", reason: "again" });
  expect(error.message).toBe("stopped by the guard loop_detected: again");
  expect(isGuardError(error)).toBe(true);
  expect(isGuardError(new Error("other"))).toBe(false);
});

it("needs nothing else: neither a package nor the rest of this one", () => {
  const folder = new URL("../../../instrumentation/src/guards/", import.meta.url);
  const imported = readdirSync(folder).flatMap((file) =>
    Array.from(readFileSync(new URL(file, folder), "utf8").matchAll(/from "([^"]+)"/g), ([, specifier]) => specifier),
  );
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.filter((specifier) => !specifier?.startsWith("./"))).toEqual([]);
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReasoningStep } from "../../../src/evaluation/agent-evaluator/agent-result.ts";
import { reasoningOfAgentEvals, reasoningQuality } from "../../../src/evaluation/agent-evaluator/reasoning-quality.ts";
import { acting, linked } from "./reasoning-steps.ts";

const maxSteps = 10;

describe("VD-2 reasoning quality, of agent-evals", () => {
  it.each<{ name: string; trace: readonly ReasoningStep[]; stepsTaken: number; score: number }>([
    { name: "no trace", trace: [], stepsTaken: 0, score: 0.5 },
    { name: "3 steps in a trace, 8 taken", trace: acting(3), stepsTaken: 8, score: 0.8 },
    { name: "no actions", trace: acting(3).map(({ thought }) => ({ thought })), stepsTaken: 3, score: 0.675 },
    { name: "as many steps as there may be", trace: acting(2), stepsTaken: 10, score: 0.75 },
    { name: "one blank thought", trace: [...acting(1), { thought: " \t", action: "go" }], stepsTaken: 1, score: 0.725 },
    { name: "half of the actions", trace: [...acting(1), { thought: "so" }], stepsTaken: 1, score: 0.85 },
    { name: "more steps than there may be", trace: acting(1), stepsTaken: 99, score: 0.75 },
  ])("$name: $score", ({ trace, stepsTaken, score }) => {
    expect(reasoningOfAgentEvals({ trace, stepsTaken, maxSteps })).toBe(score);
  });

  it("gives nothing for few steps where there may be none", () => {
    expect(reasoningOfAgentEvals({ trace: acting(1), stepsTaken: 0, maxSteps: 0 })).toBe(0.75);
  });

  it("looks neither at observations nor at repetitions", () => {
    const same = { thought: "again", action: "search" };
    const score = reasoningOfAgentEvals({ trace: acting(4), stepsTaken: 4, maxSteps });
    expect(reasoningOfAgentEvals({ trace: [same, same, same, same], stepsTaken: 4, maxSteps })).toBe(score);
    expect(reasoningOfAgentEvals({ trace: linked(4), stepsTaken: 4, maxSteps })).toBe(score);
  });
});

describe("VD-2 reasoning quality, as documented", () => {
  const scoreOf = (trace: readonly ReasoningStep[], stepsTaken: number, stepsNeeded?: number): number =>
    reasoningQuality({ trace, stepsTaken, stepsNeeded, maxSteps });

  it("is neither good nor bad without a trace", () => {
    expect(scoreOf([], 3)).toBe(0.5);
  });

  it("is 1 where every step follows from the one before and none is too many", () => {
    expect(scoreOf(linked(3), 3, 3)).toBe(1);
    expect(scoreOf([...linked(2), { thought: "so it is 42" }], 3, 3)).toBe(1);
  });

  it("is the mean of efficiency, coherence and novelty", () => {
    // 3 of 6 steps were needed; 2 of 4 links; 1 of 2 actions is new
    const same = { thought: "look", action: "search" };
    expect(scoreOf([same, same], 6, 3)).toBe(0.5);
  });

  it("measures the steps taken against those needed, else against those allowed", () => {
    expect(scoreOf(linked(3), 6, 3)).toBe(0.8333);
    expect(scoreOf(linked(3), 2, 3)).toBe(1);
    expect(scoreOf(linked(3), 0, 3)).toBe(1);
    expect(scoreOf(linked(3), 6)).toBe(0.8);
    expect(scoreOf(linked(3), 60)).toBe(0.6667);
  });

  it.each<{ name: string; step: ReasoningStep; links: number }>([
    { name: "a thought that nothing follows from", step: { thought: "hm" }, links: 0 },
    { name: "an action without a thought", step: { thought: " ", action: "a", observation: "b" }, links: 0.5 },
    { name: "an action whose outcome was not looked at", step: { thought: "a", action: "a" }, links: 0.5 },
    { name: "an observation of no action", step: { thought: "a", observation: "b" }, links: 0 },
  ])("takes off for $name", ({ step, links }) => {
    const coherence = (2 + 2 * links) / 4;
    expect(scoreOf([step, ...linked(1)], 2, 2)).toBeCloseTo((1 + coherence + 1) / 3, 4);
  });

  it("takes off for a last step only where it does more than conclude", () => {
    expect(scoreOf([...linked(1), { thought: "done" }], 2, 2)).toBe(1);
    expect(scoreOf([...linked(1), { thought: "" }], 2, 2)).toBeLessThan(1);
    expect(scoreOf([...linked(1), { thought: "done", action: "send" }], 2, 2)).toBeLessThan(1);
  });

  it("takes off for every action that was taken before", () => {
    const step = (action: string): ReasoningStep => ({ thought: "t", action, observation: "o" });
    const scores = [
      ["a", "b", "c"],
      ["a", "b", "a "],
      ["a", "a", "a"],
    ].map((actions) => scoreOf(actions.map(step), 3, 3));
    expect(scores).toEqual([1, 0.8889, 0.7778]);
  });

  const reasoningStep = fc.record({
    thought: fc.string({ maxLength: 3 }),
    action: fc.option(fc.constantFrom("", "a", "b"), { nil: undefined }),
    observation: fc.option(fc.constantFrom("", "seen"), { nil: undefined }),
  });

  it("is between 0 and 1, and never better for a repeated step", () => {
    fc.assert(
      fc.property(fc.array(reasoningStep, { minLength: 1, maxLength: 8 }), fc.nat(20), (trace, stepsTaken) => {
        const score = scoreOf(trace, stepsTaken);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        const whole = { thought: "t", action: "a", observation: "o" };
        const fresh = { ...whole, action: "never before" };
        expect(scoreOf([whole, whole, ...trace], stepsTaken)).toBeLessThan(
          scoreOf([whole, fresh, ...trace], stepsTaken),
        );
      }),
    );
  });

  it("is better for fewer steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (stepsTaken) => {
        expect(scoreOf(acting(3), stepsTaken)).toBeGreaterThan(scoreOf(acting(3), stepsTaken + 1));
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import type { Step } from "../../../src/model/session.ts";
import { codeOf, validate, type Expectation } from "./trajectories.ts";

const model: Step = { type: "model_call", content: "hm" };
const tool = (name: string): Step => ({ type: "tool_call", name, arguments: {} });

const trajectory = {
  turns: [
    { turn: 1, userContent: "One", steps: [model, tool("search"), tool("book"), model] },
    { turn: 2, userContent: "Two", steps: [model, tool("search")] },
  ],
};

describe("step_count", () => {
  it.each<[string, Omit<Expectation, "type">, boolean]>([
    ["all steps, not more", { max: 6 }, true],
    ["all steps, fewer allowed", { max: 5 }, false],
    ["all steps, not fewer", { min: 6 }, true],
    ["all steps, more wanted", { min: 7 }, false],
    ["exactly so many", { min: 6, max: 6 }, true],
    ["model calls", { steps: "model_calls", min: 3, max: 3 }, true],
    ["tool calls", { steps: "tool_calls", min: 3, max: 3 }, true],
    ["calls of one tool", { steps: "tool_calls", tool: "search", min: 2, max: 2 }, true],
    ["calls of a tool that there is not", { steps: "tool_calls", tool: "pay", max: 0 }, true],
    ["a turn's steps", { turn: 2, min: 2, max: 2 }, true],
    ["more than allowed, inverted", { max: 5, invert: true }, true],
  ])("counts %s", async (_, expectation, passed) => {
    expect((await validate({ type: "step_count", ...expectation }, trajectory)).passed).toBe(passed);
  });

  it("says how many there are", async () => {
    const { explanation } = await validate({ type: "step_count", steps: "tool_calls", max: 2 }, trajectory);
    expect(explanation).toBe("Expected at most 2 tool calls; there are 3.");
  });

  it("of a session without turns is 0, and cannot be told of a turn that is not there", async () => {
    expect((await validate({ type: "step_count", max: 0 }, { turns: [] })).passed).toBe(true);
    expect(await codeOf(validate({ type: "step_count", max: 0, turn: 3 }, trajectory))).toBe("050008");
  });
});

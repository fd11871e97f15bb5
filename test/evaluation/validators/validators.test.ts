import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelClient } from "../../../src/evaluation/model-client.ts";
import { expectationSchema, validators } from "../../../src/evaluation/validators/validators.ts";
import { calling, expectedCall, made, validate, type Expectation } from "./trajectories.ts";

/** One of each, as a configuration writes it. */
const examples: readonly Expectation[] = [
  { type: "tool_used", tools: ["search"] },
  { type: "tool_order", calls: [{ tool: "search" }, { tool: "book" }] },
  { type: "tool_arguments", calls: [{ tool: "book", arguments: { x: 1 } }] },
  { type: "step_count", max: 2 },
  { type: "contains", texts: ["Done"] },
  { type: "equals", value: "Done" },
  { type: "regex_match", pattern: "D.ne" },
  { type: "levenshtein", text: "Dune" },
  { type: "json_schema", schema: { type: "object" } },
  { type: "rubric", rubric: "It is done." },
  { type: "subgoal", subgoal: "It is done." },
  { type: "llm_check", template: "Is {output} done? GRADE: C or I" },
  { type: "tool_call", tool: "search" },
];
const client: ModelClient = { ask: async () => ({ status: 200, text: "It is.\nGRADE: C" }) };

describe("the validators", () => {
  it("have an example here, each", () => {
    expect(examples.map(({ type }) => type)).toEqual(validators.map(({ type }) => type));
  });

  it.each(examples)("$type gives the complement inverted", async (example) => {
    await fc.assert(
      fc.asyncProperty(made, async (called) => {
        const trajectory = calling(...called);
        const { passed, explanation } = await validate(example, trajectory, { client });
        const inverted = await validate({ ...example, invert: true }, trajectory, { client });
        expect(inverted).toEqual({ passed: !passed, explanation: `Expected not to hold: ${explanation}` });
      }),
      { numRuns: 30 },
    );
  });

  it("give the complement inverted whatever is expected of tools", async () => {
    const calls = fc.array(expectedCall, { minLength: 1, maxLength: 3 });
    const mode = fc.constantFrom("exact", "in_order", "any_order", "subset", "superset");
    const expectation = fc.oneof(
      fc.record({ type: fc.constant("tool_order"), calls, mode }),
      fc.record({ type: fc.constant("tool_arguments"), calls, match: fc.constantFrom("each_expected", "each_made") }),
      fc.record({
        type: fc.constant("tool_used"),
        tools: fc.uniqueArray(fc.constantFrom("search", "book", "pay"), { minLength: 1 }),
        match: fc.constantFrom("all", "any"),
        min: fc.integer({ min: 1, max: 2 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(expectation, made, async (one, called) => {
        const { passed } = await validate(one, calling(...called));
        expect((await validate({ ...one, invert: true }, calling(...called))).passed).toBe(!passed);
      }),
      { numRuns: 300 },
    );
  });

  it.each(examples)("$type refuses a key it does not know, and a turn before the first", (example) => {
    expect(expectationSchema.safeParse(example).success).toBe(true);
    const unknown = expectationSchema.safeParse({ ...example, inverted: true });
    expect(unknown.error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: ["inverted"] }]);
    const turn = expectationSchema.safeParse({ ...example, turn: 0 });
    expect(turn.error?.issues).toMatchObject([{ path: ["turn"] }]);
  });

  it.each<[string, Expectation, readonly (string | number)[]]>([
    ["a validator that there is not", { type: "tool_user", tools: ["a"] }, ["type"]],
    ["no tools", { type: "tool_used", tools: [] }, ["tools"]],
    ["a maximum below the minimum", { type: "tool_used", tools: ["a"], min: 2, max: 1 }, ["max"]],
    ["what always holds of a tool", { type: "tool_used", tools: ["a"], min: 0 }, ["min"]],
    ["what always holds of an order", { type: "tool_order", calls: [] }, ["calls"]],
    ["an order that there is not", { type: "tool_order", calls: [{ tool: "a" }], mode: "strict" }, ["mode"]],
    ["a call without its tool", { type: "tool_order", calls: [{ arguments: {} }] }, ["calls", 0, "tool"]],
    ["no calls", { type: "tool_arguments", calls: [] }, ["calls"]],
    [
      "an argument expected twice",
      { type: "tool_arguments", calls: [{ tool: "a", arguments: { x: 1 }, matchers: { x: { min: 1 } } }] },
      ["calls", 0, "matchers", "x"],
    ],
    [
      "a matcher without conditions",
      { type: "tool_arguments", calls: [{ tool: "a", matchers: { x: {} } }] },
      ["calls", 0, "matchers", "x"],
    ],
    ["a count without bounds", { type: "step_count" }, ["max"]],
    ["a tool's model calls", { type: "step_count", tool: "a", max: 1 }, ["steps"]],
    ["half a step", { type: "step_count", max: 0.5 }, ["max"]],
    ["an empty text", { type: "contains", texts: [""] }, ["texts", 0]],
    ["no value", { type: "equals" }, ["value"]],
    ["a pattern that is none", { type: "regex_match", pattern: "(" }, ["pattern"]],
    ["a pattern that could run away", { type: "regex_match", pattern: "(a)\\1" }, ["pattern"]],
    ["a similarity above 1", { type: "levenshtein", text: "a", min_similarity: 2 }, ["min_similarity"]],
    ["a similarity that all texts have", { type: "levenshtein", text: "a", min_similarity: 0 }, ["min_similarity"]],
    ["a schema that is none", { type: "json_schema", schema: "object" }, ["schema"]],
    ["a blank rubric", { type: "rubric", rubric: "  " }, ["rubric"]],
    [
      "a user's task where only the last turn counts",
      { type: "subgoal", subgoal: "x", mode: "last_turn", user_task: "y" },
      ["user_task"],
    ],
    ["a strict last turn", { type: "subgoal", subgoal: "x", mode: "last_turn", strict: true }, ["strict"]],
    [
      "a value and a check of an argument",
      { type: "tool_call", tool: "a", arguments: { x: 1 }, checks: { x: "one" } },
      ["checks", "x"],
    ],
    [
      "a value and a check of an output",
      { type: "tool_call", tool: "a", output: 1, output_check: "one" },
      ["output_check"],
    ],
    ["an even number of trials", { type: "rubric", rubric: "x", trials: 2 }, ["trials"]],
  ])("are not configured with %s", (_, expectation, path) => {
    const issues = expectationSchema.safeParse(expectation).error?.issues ?? [];
    expect(issues.map((issue) => issue.path)).toEqual([path]);
  });

  it("are described, in one sentence each", () => {
    for (const { description } of validators) expect(description).toMatch(/^[A-Z][^.]+\.$/);
  });
});

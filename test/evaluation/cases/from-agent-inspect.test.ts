import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fromAgentInspect } from "../../../src/evaluation/cases/from-agent-inspect.ts";

const user = (content: string) => ({ role: "user", content });
const exact = (name: string, content: unknown) => ({ name, content, mode: "exact" });
const judge = (name: string, content: unknown) => ({ name, content, mode: "judge" });

/** Shaped as agent_inspect's own: every expectation belongs to a turn, from 0. */
const written = {
  id: "payment block",
  metadata: {
    subgoals: [
      { type: "gradingNotes", details: "The amount is told.", turn: 0 },
      { type: "gradingNotes", details: "The block is set.", turn: 1 },
    ],
    expectedTools: [
      { tool_name: "fetch", tool_inputs: [exact("code", "F001"), judge("note", "No Remark.")], turn: 0 },
      { tool_name: "calculator", tool_output: { content: 62.7, mode: "exact" }, turn: 0 },
      { tool_name: "calculator", tool_output: { content: "about 12", mode: "judge" }, turn: 1 },
    ],
  },
  input: [user("Analyse C0001."), user("Set a payment block.")],
  target: [],
};

describe("a dataset of agent_inspect", () => {
  it("becomes a case whose expectations stand at their turns, which count from 1", () => {
    expect(fromAgentInspect(written)).toMatchObject([
      {
        id: "payment block",
        inputs: ["Analyse C0001.", "Set a payment block."],
        validators: [
          { type: "subgoal", subgoal: "The amount is told.", mode: "last_turn", turn: 1 },
          { type: "subgoal", subgoal: "The block is set.", mode: "last_turn", turn: 2 },
          { type: "tool_call", tool: "fetch", arguments: { code: "F001" }, checks: { note: "No Remark." }, turn: 1 },
          { type: "tool_call", tool: "calculator", arguments: {}, checks: {}, output: 62.7, turn: 1 },
          { type: "tool_call", tool: "calculator", output_check: "about 12", turn: 2 },
        ],
      },
    ]);
  });

  it("becomes a case with a simulated user where expectations are of the whole conversation", () => {
    const { id, input } = written;
    const sample = { id, input: input.slice(0, 1), metadata: { subgoals: [{ details: "It is set.", turn: "all" }] } };
    const [converted] = fromAgentInspect([sample]);
    expect(converted).toMatchObject({
      inputs: [],
      user: { task: "Analyse C0001.", maxTurns: 10 },
      validators: [{ type: "subgoal", mode: "dialogue", user_task: "Analyse C0001." }],
    });
    expect(converted?.validators[0]).not.toHaveProperty("turn");
  });

  it("has under either name the tools that its loader drops under one of them", () => {
    const metadata = { expected_tools: [{ tool_name: "a", turn: 0 }], expectedTools: [{ tool_name: "b", turn: 0 }] };
    expect(fromAgentInspect({ ...written, id: 7, metadata })).toMatchObject([
      { id: "7", validators: [{ tool: "a" }, { tool: "b" }] },
    ]);
  });

  it("leaves to the judge what can have no one value", () => {
    const inputs = [exact("a", "$AnyValue"), exact("b", "No Remarks"), exact("expression", "1+1"), judge("c", 7)];
    const metadata = { expectedTools: [{ tool_name: "t", tool_inputs: inputs, turn: 0 }] };
    expect(fromAgentInspect({ ...written, metadata })).toMatchObject([
      {
        validators: [{ arguments: {}, checks: { a: "any value", b: "No Remarks", expression: "1+1", c: "7" } }],
      },
    ]);
  });

  it.each<[string, unknown]>([
    ["without input", { ...written, input: [] }],
    ["of another's words", { ...written, input: [{ role: "assistant", content: "x" }] }],
    ["without samples", []],
    ["of another shape", { cases: [] }],
    ["with a turn before the first", { ...written, metadata: { subgoals: [{ details: "x", turn: -1 }] } }],
  ])("is refused %s", (_, dataset) => {
    expect(() => fromAgentInspect(dataset)).toThrow(z.ZodError);
  });
});

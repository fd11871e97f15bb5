import { z } from "zod";
import { validateToolCall, type ToolCallValidation } from "../expected-call/validate-tool-call.ts";
import type { ExpectedToolCall } from "../expected-call/expected-tool-call.ts";
import type { ModelClient } from "../model-client.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { gradingOf, judgeFields, judgeOf } from "./judge-fields.ts";
import { turnsUpTo } from "./select-turns.ts";
import { commonFields, defineValidator, type Trajectory } from "./validator.ts";

const check = z.string().trim().min(1).max(20_000);

const configSchema = z
  .strictObject({
    type: z.literal("tool_call"),
    ...commonFields,
    /** Its name, as it is written. */
    tool: z.string().trim().min(1).max(200),
    /** Values by name, compared as Python does; others may have been given as well. */
    arguments: z.record(z.string(), z.json()).default({}),
    /** By name what a judge model is to find the value to be. */
    checks: z.record(z.string(), check).default({}),
    /** What the tool returned. */
    output: z.json().optional(),
    output_check: check.optional(),
    ...judgeFields,
  })
  .superRefine((call, context) => {
    for (const name of Object.keys(call.checks)) {
      if (!Object.hasOwn(call.arguments, name)) continue;
      context.addIssue({ code: "custom", path: ["checks", name], message: "has a value in arguments already" });
    }
  })
  .refine(({ output, output_check }) => output === undefined || output_check === undefined, {
    path: ["output_check"],
    error: "there is an output to compare with already",
  });

/** agent_inspect's; `tool_arguments` compares several calls at once and asks no model. Only `checks` need a judge model. */
export const toolCall = defineValidator({
  type: "tool_call",
  description: "A tool was called once as expected: arguments and output by value, or as a judge model finds them.",
  configSchema,
  check: (config, needs) => {
    const expected = toExpected(config);
    const asks = Object.keys(config.checks).length > 0 || config.output_check !== undefined;
    const grading = gradingOf(config, asks ? judgeOf(needs, "tool_call with checks") : unasked);
    return async (trajectory) => {
      const { passed, explanation, notes } = await findCall(trajectory, config.turn, async (turns) =>
        validateToolCall(turns, expected, { ...grading, silentTurns: "judge" }),
      );
      return { passed, explanation: excerptOf([explanation, ...notes].join(" "), 1_000) };
    };
  },
});

/** Where every value is compared exactly. */
const unasked: ModelClient = {
  ask: () => Promise.reject(new Error("nothing is to be asked")),
};

function toExpected(config: z.output<typeof configSchema>): ExpectedToolCall {
  const { tool, output, output_check } = config;
  return {
    tool,
    arguments: [
      ...Object.entries(config.arguments).map(([name, value]) => ({ name, value })),
      ...Object.entries(config.checks).map(([name, check]) => ({ name, check })),
    ],
    ...(output === undefined ? {} : { output: { value: output } }),
    ...(output_check === undefined ? {} : { output: { check: output_check } }),
  };
}

/** In the turn of that number; without one the first turn that has the call, else the last that has one of the tool's. */
async function findCall(
  trajectory: Trajectory,
  turn: number | undefined,
  validate: (turns: Trajectory["turns"]) => Promise<ToolCallValidation>,
): Promise<ToolCallValidation> {
  const all = turnsUpTo(trajectory, turn);
  if (turn !== undefined || all.length < 2) return validate(all);
  let nearest: ToolCallValidation | undefined;
  for (const at of all.keys()) {
    const validation = await validate(all.slice(0, at + 1));
    if (validation.passed) return validation;
    if (nearest === undefined || validation.notes.length > 0) nearest = validation;
  }
  return nearest ?? validate(all);
}

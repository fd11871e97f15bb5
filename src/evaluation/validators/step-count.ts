import { z } from "zod";
import type { Step } from "../../model/session.ts";
import { nameRange } from "./name-range.ts";
import { turnsOf } from "./select-turns.ts";
import { matchesName, toolName } from "./tool-name.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z
  .strictObject({
    type: z.literal("step_count"),
    ...commonFields,
    steps: z.enum(["all", "model_calls", "tool_calls"]).default("all"),
    /** Only calls of this tool; then `steps` is `tool_calls`. */
    tool: toolName.optional(),
    min: z.int().nonnegative().optional(),
    max: z.int().nonnegative().optional(),
  })
  .refine(({ min, max }) => min !== undefined || max !== undefined, { path: ["max"], error: "must be given, or min" })
  .refine(({ min = 0, max = Infinity }) => min <= max, { path: ["max"], error: "must not be below min" })
  .refine(({ tool, steps }) => tool === undefined || steps === "tool_calls", {
    path: ["steps"],
    error: "must be tool_calls, of which alone there is a tool",
  });

/** The steps of sub-agents are not counted: they are not the agent's. */
export const stepCount = defineValidator({
  type: "step_count",
  description: "The agent took not fewer and not more steps than expected.",
  configSchema,
  check: ({ steps, tool, min = 0, max = Infinity, turn }) => {
    const counts = (step: Step): boolean =>
      step.type === "tool_call"
        ? steps !== "model_calls" && (tool === undefined || matchesName(tool, step.name))
        : steps !== "tool_calls";
    const wanted = nameRange(min, max);
    return (trajectory) => {
      const count = turnsOf(trajectory, turn)
        .flatMap((one) => one.steps)
        .filter(counts).length;
      const passed = count >= min && count <= max;
      return { passed, explanation: `Expected ${wanted} ${nameOf(steps, tool)}; there are ${count}.` };
    };
  },
});

function nameOf(steps: "all" | "model_calls" | "tool_calls", tool: string | undefined): string {
  if (tool !== undefined) return `calls of ${tool}`;
  return steps === "all" ? "steps" : steps.replace("_", " ");
}

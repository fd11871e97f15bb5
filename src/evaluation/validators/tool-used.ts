import { z } from "zod";
import { nameRange } from "./name-range.ts";
import { callsOf, turnsOf } from "./select-turns.ts";
import { listCalls, listNames, matchesName, toolName } from "./tool-name.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z
  .strictObject({
    type: z.literal("tool_used"),
    ...commonFields,
    tools: z.array(toolName).min(1),
    /** Whether each of the tools is expected, or one of them. */
    match: z.enum(["all", "any"]).default("all"),
    /** How often a tool is called that counts as used. */
    min: z.int().nonnegative().default(1),
    max: z.int().nonnegative().optional(),
  })
  .refine(({ min, max }) => max === undefined || min <= max, { path: ["max"], error: "must not be below min" })
  .refine(({ min, max }) => min > 0 || max !== undefined, { path: ["min"], error: "must be above 0 without max" });

/** "None of them" is `match: any` with `invert`. Calls that failed count. */
export const toolUsed = defineValidator({
  type: "tool_used",
  description: "The agent called the tools, each as often as expected.",
  configSchema,
  check: ({ tools, match, min, max = Infinity, turn }) => {
    const wanted = `${match === "all" ? "each" : "one"} of ${listNames(tools)} to be called, times: ${nameRange(min, max)}`;
    return (trajectory) => {
      const calls = callsOf(turnsOf(trajectory, turn));
      const isUsed = (tool: string) => {
        const count = calls.filter(({ call }) => matchesName(tool, call.name)).length;
        return count >= min && count <= max;
      };
      const passed = match === "all" ? tools.every(isUsed) : tools.some(isUsed);
      return { passed, explanation: `Expected ${wanted}. Called: ${listCalls(calls)}.` };
    };
  },
});

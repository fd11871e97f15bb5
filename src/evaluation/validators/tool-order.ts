import { z } from "zod";
import { expectedCalls, fits, refuseUnrecorded, toExpectedCall, type ExpectedCall } from "./expected-call.ts";
import { pairBest } from "./pair-best.ts";
import { callsOf, turnsOf, type MadeCall } from "./select-turns.ts";
import { listCalls, listNames } from "./tool-name.ts";
import { commonFields, defineValidator } from "./validator.ts";

/**
 * `exact`: these calls, in this order, and no others. `in_order`: these, in this order, others before, between and after them.
 * `any_order`: these and no others, in whatever order. `subset`: none but these; some may be missing. `superset`: these, in
 * whatever order, and others beside them. An expected call stands for one call: to expect two, name it twice.
 */
const modes = ["exact", "in_order", "any_order", "subset", "superset"] as const;
type Mode = (typeof modes)[number];

const configSchema = z
  .strictObject({
    type: z.literal("tool_order"),
    ...commonFields,
    calls: expectedCalls,
    mode: z.enum(modes).default("in_order"),
  })
  .refine(({ calls, mode }) => calls.length > 0 || (mode !== "in_order" && mode !== "superset"), {
    path: ["calls"],
    error: "must not be empty: that would always hold",
  });

/** Modes as in agentevals (`any_order` is its `unordered`) and Google's ADK (whose `ANY_ORDER` is `superset`). */
export const toolOrder = defineValidator({
  type: "tool_order",
  description: "The agent's tool calls are those expected, in the order that the mode asks for.",
  configSchema,
  check: ({ calls, mode, turn }) => {
    const expected = calls.map(toExpectedCall);
    return (trajectory) => {
      const made = callsOf(turnsOf(trajectory, turn));
      const passed = isInMode[mode](expected, made);
      if (!passed) refuseUnrecorded(expected, made);
      const wanted = `${mode.replace("_", " ")}: ${listNames(expected.map(({ tool }) => tool))}`;
      return { passed, explanation: `Expected ${wanted}. Called: ${listCalls(made)}.` };
    };
  },
});

const isInMode: Readonly<Record<Mode, (expected: readonly ExpectedCall[], made: readonly MadeCall[]) => boolean>> = {
  exact: (expected, made) => expected.length === made.length && isInOrder(expected, made),
  in_order: isInOrder,
  any_order: (expected, made) => expected.length === made.length && countPairs(expected, made) === made.length,
  subset: (expected, made) => expected.length >= made.length && countPairs(expected, made) === made.length,
  superset: (expected, made) => expected.length <= made.length && countPairs(expected, made) === expected.length,
};

/** Taking the first call that fits is never worse than leaving it for a later expected one. */
function isInOrder(expected: readonly ExpectedCall[], made: readonly MadeCall[]): boolean {
  let met = 0;
  for (const call of made) {
    const next = expected[met];
    if (next !== undefined && fits(next.fit(call))) met += 1;
  }
  return met === expected.length;
}

/** At most so many expected calls find a call of their own. */
function countPairs(expected: readonly ExpectedCall[], made: readonly MadeCall[]): number {
  const weights = expected.map(({ fit }) => made.map((call) => (fits(fit(call)) ? 1 : 0)));
  return pairBest(weights).filter((column) => column !== undefined).length;
}

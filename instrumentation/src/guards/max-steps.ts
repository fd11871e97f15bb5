import { defineGuard, type Guard } from "./guard.ts";
import { requireWholeNumber } from "./require-limit.ts";

/** Trips at the step after the `limit`th; model calls and tool calls are steps. Throws a RangeError below 1. */
export function maxSteps(limit: number): Guard {
  requireWholeNumber("maxSteps", limit);
  return defineGuard("max_steps", () => {
    let steps = 0;
    return () => {
      steps += 1;
      return steps > limit ? `step ${steps}, and no more than ${limit} are allowed` : undefined;
    };
  });
}

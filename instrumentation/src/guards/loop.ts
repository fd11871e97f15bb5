import { actionKey } from "./action-key.ts";
import { defineGuard, type Guard } from "./guard.ts";
import { requireWholeNumber } from "./require-limit.ts";

export interface LoopOptions {
  /** How often a tool may be called with the same arguments in one run. Default 3. */
  readonly maxRepeats?: number;
}

/** How many of the last calls are looked at to name the cycle. */
const longestCycle = 5;

/**
 * Trips when a tool is called with equal arguments more than `maxRepeats` times in one run, in a row or not: so a cycle of
 * several calls is caught as well, at the first call of one round too many. Throws a RangeError below 1.
 */
export function loop({ maxRepeats = 3 }: LoopOptions = {}): Guard {
  requireWholeNumber("loop: maxRepeats", maxRepeats);
  return defineGuard("loop_detected", () => {
    const counts = new Map<string, number>();
    const recent: { readonly key: string; readonly name: string }[] = [];
    return ({ type, name, arguments: toolArguments }) => {
      if (type !== "tool_call" || name === undefined || name === "") return undefined;
      const key = actionKey(name, toolArguments);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      recent.push({ key, name });
      if (recent.length > 2 * longestCycle) recent.shift();
      if (count <= maxRepeats) return undefined;
      return `${describeCycle(recent)} with equal arguments, ${count} times, and no more than ${maxRepeats} are allowed`;
    };
  });
}

/** `search -> fetch` for calls that have taken turns; else the last call's name. */
function describeCycle(recent: readonly { readonly key: string; readonly name: string }[]): string {
  const newestFirst = recent.toReversed();
  const length = newestFirst.findIndex(({ key }, index) => index > 0 && key === newestFirst[0]?.key);
  const isCycle = newestFirst.slice(0, length).every(({ key }, index) => key === newestFirst[index + length]?.key);
  const cycle = length > 1 && isCycle ? newestFirst.slice(1, length + 1).reverse() : newestFirst.slice(0, 1);
  return cycle.map(({ name }) => name).join(" -> ");
}

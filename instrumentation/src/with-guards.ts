import { createGuardRun } from "./guard-run.ts";
import type { Guard } from "./guards/guard.ts";
import { currentScope, within } from "./scope.ts";

/**
 * Runs `fn` as one run of an agent that the guards may stop: then its next model call, or tool call made with `tool`,
 * throws a GuardError instead of being made, and so does every one after it. The guards themselves are not used up: each
 * run begins with fresh ones. Needs recording to be on. Returns what `fn` returns.
 */
export function withGuards<T>(guards: readonly Guard[], fn: () => T): T {
  const { guardRuns = [] } = currentScope();
  return within({ guardRuns: [...guardRuns, createGuardRun(guards)] }, fn);
}

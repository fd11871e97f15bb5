import { GuardError, isGuardError, type Guard, type Step, type Trip } from "@turnwise/instrumentation/guards";
import type { AgentResult } from "./agent-result.ts";

/** What an agent is given with its prompt, to be stopped before its next step. */
export interface AgentRun {
  /** To be told each step before it is taken. Throws a GuardError when it must not be: the case is over then. */
  step(step: Step): void;
  /** The same for whoever watches the agent: `withGuards([run.guard], ...)` of `@turnwise/instrumentation`. */
  readonly guard: Guard;
}

/** An agent to be evaluated. One that tells no steps works, too: its guards then see what it did when it is done. */
export type AgentFunction = (prompt: string, run: AgentRun) => AgentResult | Promise<AgentResult>;

/** A run, and what came of it. */
export interface WatchedRun extends AgentRun {
  /** The steps that were told of, up to the one that was refused. */
  readonly told: readonly Step[];
  /** Those that were allowed. */
  readonly stepsTaken: () => number;
  /** Stays, also when the agent catches the error and goes on. */
  readonly trip: () => Trip | undefined;
}

/** Begins a run with a guard that has seen nothing. */
export function watchRun(fresh: Guard): WatchedRun {
  const told: Step[] = [];
  let trip: Trip | undefined;
  const watched = (guard: Guard): Guard => ({
    name: guard.name,
    check(step) {
      if (trip !== undefined) return trip;
      told.push(step);
      trip = guard.check(step);
      return trip;
    },
    reset: () => guard.reset(),
    // Whoever takes a fresh one for a part of the run is watched as well.
    fresh: () => watched(guard.fresh()),
  });
  const guard = watched(fresh);
  return {
    guard,
    told,
    stepsTaken: () => (trip === undefined ? told.length : told.length - 1),
    trip: () => trip,
    step(step) {
      const found = guard.check(step);
      if (found !== undefined) throw new GuardError(found);
    },
  };
}

/** The trip that an agent was ended by; undefined when it was something else that was thrown. */
export function tripIn(error: unknown): Trip | undefined {
  return isGuardError(error) ? { guard: error.guard, reason: error.reason } : undefined;
}

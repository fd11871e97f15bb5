/** One step of an agent, told to its guards before it is taken. */
export interface Step {
  readonly type: "model_call" | "tool_call";
  /** The tool's name, or the model's. A tool call without a name is a step, but never a repeated one. */
  readonly name?: string;
  /** The tool's arguments. They are compared by value. */
  readonly arguments?: unknown;
  /** The model calls that were answered since the step before: what they used, for a guard that knows prices. */
  readonly used?: readonly ModelUsage[];
  /** What was spent since the step before, in US dollars, for callers that know it. Goes before `used`. */
  readonly costUsd?: number;
}

/** What one model call used. `inputTokens` includes the cached ones, `outputTokens` the reasoning. */
export interface ModelUsage {
  readonly provider?: string | undefined;
  /** The model that was asked for. */
  readonly model?: string | undefined;
  /** The model that answered, often a dated version. */
  readonly responseModel?: string | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedInputTokens?: number | undefined;
  readonly cacheCreationInputTokens?: number | undefined;
}

/** Which guard says stop, and why in a sentence. */
export interface Trip {
  readonly guard: string;
  readonly reason: string;
}

/** A limit on one run of an agent. It remembers the run: the next one needs `reset`, one beside it a `fresh` guard. */
export interface Guard {
  readonly name: string;
  /** Counts the step. A trip says that it must not be taken, nor any other of this run. */
  check(step: Step): Trip | undefined;
  /** Forgets the run. */
  reset(): void;
  /** A guard with the same limits that has seen nothing. */
  fresh(): Guard;
}

/** Checks the steps of one run, from the first on. Returns the reason for a trip. */
export type CheckRun = (step: Step) => string | undefined;

/** A guard of one's own: `start` begins a run. */
export function defineGuard(name: string, start: () => CheckRun): Guard {
  let checkRun = start();
  return {
    name,
    check(step) {
      const reason = checkRun(step);
      return reason === undefined ? undefined : { guard: name, reason };
    },
    reset() {
      checkRun = start();
    },
    fresh: () => defineGuard(name, start),
  };
}

import type { Guard, Trip } from "./guard.ts";

/** Several guards as one. All see every step; of several trips the first guard's counts. */
export function composite(...guards: readonly Guard[]): Guard {
  return {
    name: "composite",
    check: (step) => guards.map((guard) => guard.check(step)).find((trip): trip is Trip => trip !== undefined),
    reset() {
      for (const guard of guards) guard.reset();
    },
    fresh: () => composite(...guards.map((guard) => guard.fresh())),
  };
}

import type { Trip } from "./guard.ts";

const mark = Symbol.for("turnwise.guard-error");

/** Thrown instead of taking a step that a guard does not allow. */
export class GuardError extends Error {
  override readonly name = "GuardError";
  readonly guard: string;
  readonly reason: string;
  readonly [mark] = true;

  constructor({ guard, reason }: Trip) {
    super(`stopped by the guard ${guard}: ${reason}`);
    this.guard = guard;
    this.reason = reason;
  }
}

/** Also of another copy of this package, for which `instanceof` is false. */
export function isGuardError(error: unknown): error is GuardError {
  return error instanceof Error && mark in error;
}

import type { Attributes } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { GuardError } from "./guards/guard-error.ts";
import type { Trip } from "./guards/guard.ts";
import type { GuardRun } from "./guard-run.ts";
import type { OpenSpan } from "./open-span.ts";
import { safely } from "./safely.ts";
import { currentScope } from "./scope.ts";

/** Trips that a span tells of already: a framework that tries again is refused as often, and recorded once. */
const told = new WeakSet<Trip>();

let canRefuse = false;

/**
 * As `safely`, for what begins a call that has not been made yet: there, and only there, guards may refuse it. Then this
 * throws their GuardError.
 */
export function safelyUnlessGuarded<T>(begin: () => T): T | undefined {
  const before = canRefuse;
  canRefuse = true;
  let refusal: GuardError | undefined;
  const begun = safely(() => {
    try {
      return begin();
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
      refusal = error;
      return undefined;
    } finally {
      canRefuse = before;
    }
  });
  if (refusal !== undefined) throw refusal;
  return begun;
}

/** The runs that are going on here. */
export function guardRuns(): readonly GuardRun[] {
  const { guardRuns: own = [], turnTrace } = currentScope();
  const ofTurn = turnTrace?.guardRun();
  return ofTurn === undefined ? own : [...own, ofTurn];
}

/**
 * Tells the guards of a step, by `check`. If one of them does not allow it and it can still be refused, then the step's span, which
 * `open` opens, says so, and a GuardError is thrown.
 */
export function stopIfTripped(
  runs: readonly GuardRun[],
  check: (run: GuardRun) => Trip | undefined,
  open: () => OpenSpan,
): void {
  const [trip] = runs.flatMap((run) => check(run) ?? []);
  if (trip === undefined || !canRefuse) return;
  const error = new GuardError(trip);
  if (!told.has(trip)) open().fail(error, () => tripAttributes(trip));
  told.add(trip);
  throw error;
}

function tripAttributes({ guard, reason }: Trip): Attributes {
  return { [genAi.guardName]: guard, [genAi.guardReason]: reason };
}

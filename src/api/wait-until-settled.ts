import { z } from "zod";
import type { JudgedSession, SessionRef, Store } from "../component/store.ts";
import { followSession, isSettled } from "./follow-session.ts";
import { wholeNumber } from "./session-query.ts";

/** Seconds that a reader would wait for the session to be judged. */
export const waitSchema = z.strictObject({ wait: wholeNumber({ min: 0, max: 60, default: 0 }) });

/**
 * The session once it is judged or failed, or as it is when the time is up or `ended` aborts. Undefined when there is none, or
 * none any more.
 */
export async function waitUntilSettled(
  store: Store,
  ref: SessionRef,
  milliseconds: number,
  ended: AbortSignal,
): Promise<JudgedSession | undefined> {
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), milliseconds);
  const over = AbortSignal.any([ended, timeUp.signal]);
  let last: JudgedSession | undefined;
  try {
    for await (const judged of followSession(store, ref, over)) last = judged;
  } finally {
    clearTimeout(timer);
  }
  const isGone = !over.aborted && last !== undefined && !isSettled(last);
  return isGone ? undefined : last;
}

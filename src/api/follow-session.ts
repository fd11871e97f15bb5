import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { JudgedSession, SessionRef, Store } from "../component/store.ts";

/** Notices that come closer together are answered by one reading of the session, in milliseconds. */
const settleMs = 50;

export const isSettled = ({ session }: JudgedSession): boolean =>
  session.status === "completed" || session.status === "failed";

/**
 * The session as it is now, then again after each change, up to and including the first time that it is judged or
 * failed. Ends early when `gone` aborts or the session is deleted. Notices only mark the session as changed: however
 * many come while the reader is slow, none is kept.
 */
export async function* followSession(
  store: Store,
  ref: SessionRef,
  gone: AbortSignal,
): AsyncGenerator<JudgedSession, void> {
  // The id that the caller knows, and the one that answers for it, which changes when the session joins another.
  let current = ref.id;
  let changed = false;
  let wake = (): void => undefined;
  const change = () => {
    changed = true;
    wake();
  };
  const unwatch = store.watch(({ project, id }) => {
    if (project === ref.project && (id === ref.id || id === current)) change();
  });
  gone.addEventListener("abort", change);
  try {
    while (!gone.aborted) {
      changed = false;
      const judged = await readTogether(store, ref);
      if (judged === undefined) return;
      // Notices about the new id that came before it was known went by unheard: read once more.
      if (judged.session.id !== current) changed = true;
      current = judged.session.id;
      yield judged;
      if (isSettled(judged)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (changed) resolve();
      });
      await sleep(settleMs);
    }
  } finally {
    gone.removeEventListener("abort", change);
    unwatch();
  }
}

type Reading = Promise<JudgedSession | undefined>;
const readings = new WeakMap<Store, Map<string, Reading>>();

/** A change wakes all who follow a session at once: those who ask before the reading begins share it. */
async function readTogether(store: Store, ref: SessionRef): Reading {
  const ofStore = readings.get(store) ?? new Map<string, Reading>();
  readings.set(store, ofStore);
  const key = JSON.stringify([ref.project, ref.id]);
  const read = async (): Reading => {
    await setImmediate();
    ofStore.delete(key);
    return store.getSession(ref);
  };
  const reading = ofStore.get(key) ?? read();
  ofStore.set(key, reading);
  return reading;
}

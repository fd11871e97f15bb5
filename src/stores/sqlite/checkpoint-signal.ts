/**
 * Shared by the writer and the checkpointer: whether there is something to copy from the log into the database, and how
 * long the log is. A few bytes of shared memory, because it is told after every commit.
 */
const WORK = 0;
const LOG_PAGES = 1;

const NOTHING = 0;
const COMMITTED = 1;
const STOP = 2;

/** A longer log is emptied by the writer itself: under full load the checkpointer alone never gets to its end. */
export const MAX_LOG_BYTES = 128 * 1024 * 1024;

export type CheckpointSignal = Int32Array<SharedArrayBuffer>;

export function createCheckpointSignal(): CheckpointSignal {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Called by the writer after each commit. */
export function signalCommit(signal: CheckpointSignal): void {
  if (Atomics.compareExchange(signal, WORK, NOTHING, COMMITTED) === NOTHING) Atomics.notify(signal, WORK);
}

export function signalStop(signal: CheckpointSignal): void {
  Atomics.store(signal, WORK, STOP);
  Atomics.notify(signal, WORK);
}

/** Sleeps until there was a commit. False: it is time to stop. */
export function awaitCommit(signal: CheckpointSignal): boolean {
  Atomics.wait(signal, WORK, NOTHING);
  return Atomics.compareExchange(signal, WORK, COMMITTED, NOTHING) !== STOP;
}

/** Sleeps; a stop does not wait for it. False: it is time to stop. */
export function rest(signal: CheckpointSignal, milliseconds: number): boolean {
  const until = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = until - performance.now()) {
    const work = Atomics.load(signal, WORK);
    if (work === STOP) return false;
    Atomics.wait(signal, WORK, work, left);
  }
  return true;
}

export function setLogPages(signal: CheckpointSignal, pages: number): void {
  Atomics.store(signal, LOG_PAGES, pages);
}

export function getLogPages(signal: CheckpointSignal): number {
  return Atomics.load(signal, LOG_PAGES);
}

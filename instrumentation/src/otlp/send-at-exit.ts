import { Worker } from "node:worker_threads";
import type { OtlpTarget } from "./target.ts";

/** Batches that may be sent at the same time. */
export interface Round {
  readonly target: OtlpTarget;
  readonly payloads: readonly Uint8Array[];
}

/** What the thread gets: rounds to be sent one after the other. It sets `outcome[0]`, from 0, and wakes the waiter. */
export interface LastBatches {
  readonly rounds: readonly Round[];
  readonly outcome: Int32Array;
}

export const delivered = 1;
export const notDelivered = 2;

/**
 * Sends batches while the process ends, when its event loop will not turn again: a thread sends them and this one waits.
 * So neither `beforeExit` fires twice nor `process.exit` or an uncaught error loses the last spans. Waits no longer than
 * `leftMs` says. Returns whether the server took all of them.
 */
export function sendAtExit(rounds: readonly Round[], leftMs: () => number): boolean {
  if (rounds.every(({ payloads }) => payloads.length === 0)) return true;
  const timeoutMs = leftMs();
  if (timeoutMs <= 0) return false;
  const outcome = new Int32Array(new SharedArrayBuffer(4));
  const hurried = rounds.map(({ target, payloads }) => ({ target: { ...target, timeoutMs }, payloads }));
  const workerData: LastBatches = { rounds: hurried, outcome };
  // Without the process's own --import and NODE_OPTIONS: the application is not to be loaded in there.
  const worker = new Worker(new URL("./send-at-exit-thread.js", import.meta.url), {
    workerData,
    execArgv: [],
    env: {},
  });
  worker.unref();
  Atomics.wait(outcome, 0, 0, Math.max(0, leftMs()));
  return Atomics.load(outcome, 0) === delivered;
}

import { totalmem } from "node:os";

/**
 * The most that a thread may use for its objects, in MiB: what takes more ends the thread, which is started anew. Without a limit
 * of its own it would end the process: V8 then takes the whole down with the thread. No more than half of what this process may
 * have: beyond that the system would end it with all that it does.
 */
export function threadHeapMib(most: number): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.min(most, Math.floor(memory / 2 / 1024 / 1024));
}

import type { ForwardingReports } from "./forwarding-reports.ts";
import { pause } from "./retry.ts";

/** Repeats what a store refuses, because nobody else will. Rejects with the reason for stopping, once that is due. */
export type UntilDone = <Result>(use: () => Promise<Result>) => Promise<Result>;

/** Until a store that refused is asked again. */
const PAUSE_MS = 1000;

export function createUntilDone(reports: ForwardingReports, stopping: AbortSignal): UntilDone {
  return async (use) => {
    for (;;) {
      try {
        return await use();
      } catch (error) {
        stopping.throwIfAborted();
        reports.queueTrouble(error);
      }
      await pause(PAUSE_MS, stopping);
    }
  };
}

import type { MessagePort } from "node:worker_threads";
import type { FoundDamage } from "./mend-log.ts";
import type { ErrorReport } from "./store-error.ts";

/** From the main thread to the writer thread. */
export type WriterCommand =
  | { readonly connect: MessagePort }
  /** Finish what waits, and close the database. */
  | { readonly close: true };

/** On a client's port, beside its requests: whether it wants to hear of commits. Answered as soon as it holds. */
export interface WatchCommand {
  readonly id: number;
  readonly watch: boolean;
}

/** From any of the store's threads to the main thread. */
export interface ThreadReport {
  readonly ready?: true;
  /** The thread could not start. */
  readonly failure?: ErrorReport;
  /** Something went wrong that the thread will try again. */
  readonly trouble?: string;
  /** Files were damaged while nobody looked; the thread works with what there is. */
  readonly damage?: FoundDamage;
}

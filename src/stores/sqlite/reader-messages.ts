import type { MessagePort } from "node:worker_threads";

export interface ReaderThreadData {
  readonly databaseFile: string;
  /** Where the questions come from; the thread ends when it is closed. */
  readonly port: MessagePort;
}

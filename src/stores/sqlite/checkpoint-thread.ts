/** Copies committed pages from the log into the database, beside the writer and never in its way. */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import type { CheckpointThreadData } from "./checkpoint-messages.ts";
import { awaitCommit, MAX_LOG_BYTES, rest, setLogPages } from "./checkpoint-signal.ts";
import { PAGE_SIZE } from "./open-database.ts";
import type { ThreadReport } from "./writer-messages.ts";

/** Pages that change again meanwhile are copied once. */
const INTERVAL_MS = 100;
/** When the writer will begin the log anew soon: it waits then for whatever is not copied yet. */
const SHORT_INTERVAL_MS = 10;
const LONG_LOG_PAGES = (MAX_LOG_BYTES * 0.75) / PAGE_SIZE;
/** After a failure: a full disk needs a while. */
const PAUSE_MS = 1_000;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what store-threads.ts sends
const { databaseFile, signal } = workerData as CheckpointThreadData;

/** Until it is time to stop. Opened after the first commit: before that there may be no file. */
function checkpointUntilStopped(): void {
  const db = new Database(databaseFile, { timeout: 0 });
  db.pragma("synchronous = FULL");
  const checkpoint = db.prepare<[], { log: number }>("PRAGMA wal_checkpoint(PASSIVE)");
  do {
    let pause = INTERVAL_MS;
    try {
      const pages = checkpoint.get()?.log ?? 0;
      setLogPages(signal, pages);
      if (pages > LONG_LOG_PAGES) pause = SHORT_INTERVAL_MS;
    } catch (error) {
      const report: ThreadReport = { trouble: error instanceof Error ? error.message : String(error) };
      parentPort?.postMessage(report);
      pause = PAUSE_MS;
    }
    if (!rest(signal, pause)) break;
  } while (awaitCommit(signal));
  db.close();
}

if (awaitCommit(signal)) checkpointUntilStopped();

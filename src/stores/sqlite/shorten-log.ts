import type { Database } from "better-sqlite3";
import { type CheckpointSignal, getLogPages, MAX_LOG_BYTES, setLogPages } from "./checkpoint-signal.ts";
import { BUSY_TIMEOUT_MS, PAGE_SIZE } from "./open-database.ts";
import { isTemporary } from "./store-error.ts";

/** How long that may wait for readers, and by how much the log may grow before it is tried again. */
const MAX_RESTART_WAIT_MS = 200;
const LOG_GROWTH_BYTES = 64 * 1024 * 1024;

/** Begins the log anew when it is long. A reader in the middle of something, or the disk, may stand in the way: then later. */
export function createShortenLog(db: Database, signal: CheckpointSignal): () => void {
  const restart = db.prepare<[], { busy: number }>("PRAGMA wal_checkpoint(RESTART)");
  let limit = MAX_LOG_BYTES;

  function tryRestart(): boolean {
    db.pragma(`busy_timeout = ${MAX_RESTART_WAIT_MS}`);
    try {
      return restart.get()?.busy === 0;
    } catch (error) {
      if (isTemporary(error)) return false;
      throw error;
    } finally {
      db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  return () => {
    const length = getLogPages(signal) * PAGE_SIZE;
    if (length < limit) return;
    const isShort = tryRestart();
    limit = isShort ? MAX_LOG_BYTES : length + LOG_GROWTH_BYTES;
    if (isShort) setLogPages(signal, 0);
  };
}

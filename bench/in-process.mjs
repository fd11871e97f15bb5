// The store's writer without threads and HTTP: what a request costs when nothing but decoding and SQLite happens. The
// checkpointer runs beside it as it does beside the real writer.
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { conversationKeys } from "../dist/dialects/conversation-keys.js";
import { createCheckpointSignal, signalCommit, signalStop } from "../dist/stores/sqlite/checkpoint-signal.js";
import { createGroupCommit } from "../dist/stores/sqlite/group-commit.js";
import { openWriter } from "../dist/stores/sqlite/open-database.js";
import { createShortenLog } from "../dist/stores/sqlite/shorten-log.js";
import { createWriteOperations } from "../dist/stores/sqlite/write-operations.js";

const CHECKPOINTER = new URL("../dist/stores/sqlite/checkpoint-thread.js", import.meta.url);

/** `write(requests)` commits encoded requests together and throws what any of them failed with. */
export function openInProcess(folder) {
  const databaseFile = join(folder, "turnwise.db");
  const db = openWriter(databaseFile);
  const { operations, forget } = createWriteOperations(
    { db, now: Date.now, notify() {}, onDamage() {} },
    conversationKeys,
  );
  const commit = createGroupCommit(db, forget);
  const signal = createCheckpointSignal();
  const shortenLog = createShortenLog(db, signal);
  const checkpointer = new Worker(CHECKPOINTER, { workerData: { databaseFile, signal } });
  return {
    db,
    operations,
    write(requests) {
      const outcomes = commit(requests.map((encoded) => () => operations.writeSpans(encoded, "default")));
      for (const outcome of outcomes) if ("error" in outcome) throw new Error(outcome.error.stack);
      signalCommit(signal);
      shortenLog();
    },
    async close() {
      signalStop(signal);
      await new Promise((resolve) => checkpointer.once("exit", resolve));
      db.close();
    },
  };
}

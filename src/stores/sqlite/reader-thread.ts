/** Answers the main thread's questions on a connection of its own, so that a long one delays neither HTTP nor ingest. */
import { workerData } from "node:worker_threads";
import type { Database } from "better-sqlite3";
import { openReader } from "./open-database.ts";
import { createReadOperations } from "./read-operations.ts";
import type { Operations, Outcome, Request, ServerMessage } from "./rpc.ts";
import { toErrorReport, toStoreError } from "./store-error.ts";
import type { ReaderThreadData } from "./reader-messages.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what store-threads.ts sends
const { databaseFile, port } = workerData as ReaderThreadData;
let db: Database | undefined;
let operations: Operations | undefined;

/** Opened at the first question: before the store has started there may be no file. */
function open(): Operations {
  db = openReader(databaseFile);
  return createReadOperations(db);
}

function run({ operation, args }: Request): Outcome {
  try {
    operations ??= open();
    const perform = operations[operation];
    if (perform === undefined) throw new Error(`unknown operation ${operation}`);
    return { result: perform(...args) };
  } catch (error) {
    return { error: toErrorReport(toStoreError(error)) };
  }
}

port.on("message", (request: Request) => {
  const message: ServerMessage = { answers: [[request.id, run(request)]] };
  port.postMessage(message);
});
port.on("close", () => db?.close());

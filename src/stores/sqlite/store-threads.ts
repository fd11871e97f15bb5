/** Starts and stops the store's threads: writer, checkpointer, reader. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { join, resolve } from "node:path";
import type { Logger } from "../../component/component.ts";
import { checkInBackground, type DatabaseCheck } from "./check-database.ts";
import type { CheckpointThreadData } from "./checkpoint-messages.ts";
import { createCheckpointSignal, signalStop } from "./checkpoint-signal.ts";
import { DATABASE_FILE } from "./data-folder.ts";
import type { FoundDamage } from "./mend-log.ts";
import type { ReaderThreadData } from "./reader-messages.ts";
import { fromErrorReport } from "./store-error.ts";
import type { WriterOptions } from "./writer.ts";
import type { ThreadReport, WriterCommand } from "./writer-messages.ts";

export interface StoreThreads {
  readonly databaseFile: string;
  /** For calls to the reader thread. */
  readonly reader: MessagePort;
  /** A new port for calls to the writer thread. */
  connectWriter(): MessagePort;
  /** Writes what waits. */
  stop(): Promise<void>;
}

export interface StoreThreadsOptions {
  readonly dataDir: string;
  readonly conversationKeys: readonly string[];
  readonly logger: Logger;
  /** Called when a thread that had started ends without being told to: what it did is done by nobody then. */
  readonly onDeath: (error: Error) => void;
  /** Called for each thing that is found damaged and does not keep the store from working. */
  readonly onDamage: (damage: FoundDamage) => void;
}

/** Beyond it a thread ends, and the server says so and ends in order; without it V8 takes the process down in mid-sentence. */
const resourceLimits = { maxOldGenerationSizeMb: 2048 };

/** Throws StartError when the folder or the database cannot be used; no thread is left then. */
export async function startStoreThreads(given: StoreThreadsOptions): Promise<StoreThreads> {
  const { logger, onDeath, onDamage, ...options } = given;
  const signal = createCheckpointSignal();
  const databaseFile = join(resolve(options.dataDir), DATABASE_FILE);
  const { port1: reader, port2: readerSide } = new MessageChannel();
  const writerData: WriterOptions = { ...options, signal };
  const checkpointData: CheckpointThreadData = { databaseFile, signal };
  const readerData: ReaderThreadData = { databaseFile, port: readerSide };

  const writer = new Worker(new URL("./writer-thread.js", import.meta.url), { workerData: writerData, resourceLimits });
  const others = [
    new Worker(new URL("./checkpoint-thread.js", import.meta.url), { workerData: checkpointData }),
    new Worker(new URL("./reader-thread.js", import.meta.url), {
      workerData: readerData,
      transferList: [readerSide],
      resourceLimits,
    }),
  ];
  const ends = [writer, ...others].map(ended);
  const [writerEnded, ...othersEnded] = ends;
  for (const worker of [writer, ...others]) report(worker, given);
  const checks: DatabaseCheck[] = [];
  let stopping = false;
  const command = (message: WriterCommand, transfer: readonly MessagePort[] = []): void =>
    writer.postMessage(message, transfer);

  async function stop(): Promise<void> {
    stopping = true;
    reader.close();
    signalStop(signal);
    await Promise.all([...othersEnded, ...checks.map(async (check) => check.stop())]);
    command({ close: true });
    await writerEnded; // the last one to close the file: it puts the whole log into the database
  }

  try {
    await ready(writer);
    checks.push(checkInBackground({ databaseFile, logger, onDamage }));
  } catch (error) {
    await stop();
    throw error;
  }
  for (const [at, name] of ["writer", "checkpoint", "reader"].entries())
    void ends[at]?.then(() => (stopping ? undefined : onDeath(new Error(`the store's ${name} thread has ended`))));
  return {
    databaseFile,
    reader,
    connectWriter() {
      const { port1: ours, port2: theirs } = new MessageChannel();
      command({ connect: theirs }, [theirs]);
      return ours;
    },
    stop,
  };
}

async function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => void worker.once("exit", () => resolve()));
}

/** Rejects with what kept the thread from starting. */
async function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: ThreadReport) => {
      if (message.ready) resolve();
      if (message.failure) reject(fromErrorReport(message.failure));
    });
    worker.once("error", reject);
  });
}

function report(worker: Worker, { logger, onDamage }: StoreThreadsOptions): void {
  worker.on("message", ({ trouble, damage }: ThreadReport) => {
    if (trouble !== undefined) logger.warn({ reason: trouble }, "the store cannot shorten its log");
    if (damage !== undefined) onDamage(damage);
  });
  worker.on("error", (error: Error) => logger.error({ err: error }, "a thread of the store failed"));
}

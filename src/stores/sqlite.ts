/** The store that lies in one SQLite file. See sqlite/writer.ts for how it takes in spans. */
import { z } from "zod";
import type { ComponentContext, ComponentFactory } from "../component/component.ts";
import type { Store, StoreNeeds } from "../component/store.ts";
import { StartError } from "../model/errors.ts";
import type { SqliteConnection } from "./sqlite/connected-store.ts";
import type { ReadOperations } from "./sqlite/read-operations.ts";
import { createRpcClient, type RpcClient, stopped } from "./sqlite/rpc.ts";
import { createStoreClient } from "./sqlite/store-client.ts";
import { startStoreThreads, type StoreThreads } from "./sqlite/store-threads.ts";
import type { WriteOperations } from "./sqlite/write-operations.ts";

const configSchema = z.strictObject({
  /** Names the engine: `sqlite`, a file in the data folder. */
  url: z.string().default("sqlite"),
  /** The folder that holds everything this server keeps. Created when it is not there. */
  data_dir: z.string().min(1).default("./data"),
  /** So much may wait to be written, of small requests and of large ones each; what more comes is refused for a moment. */
  max_queued_mib: z.int().min(1).max(4096).default(64),
});
export type SqliteConfig = z.infer<typeof configSchema>;

export interface SqliteStore extends Store {
  /** A way into the started store for another thread, to be opened there with openConnectedStore. */
  connect(): SqliteConnection;
}

interface Running {
  readonly threads: StoreThreads;
  readonly writer: RpcClient<WriteOperations>;
  readonly reader: RpcClient<ReadOperations>;
}

export const sqliteStore: ComponentFactory<SqliteConfig, SqliteStore, StoreNeeds> = {
  type: "sqlite",
  description: "Keeps spans, sessions and judgements in one SQLite file.",
  configSchema,
  create: createSqliteStore,
};

function createSqliteStore(config: SqliteConfig, context: ComponentContext & StoreNeeds): SqliteStore {
  const { id, logger, telemetry, conversationKeys } = context;
  let running: Running | undefined;
  let reportFatal: (error: Error) => void = () => undefined;
  let damages = 0;
  const client = createStoreClient({
    write: async (name, args, transfer) => required(running).writer.call(name, args, transfer),
    read: async (name, args) => required(running).reader.call(name, args),
    onWatch: async (watches) => running?.writer.watch(watches),
    maxQueuedBytes: config.max_queued_mib * 1024 * 1024,
  });
  telemetry.gauge("turnwise_store_queued_bytes", client.queuedBytes, { store: id });
  telemetry.gauge("turnwise_store_damages", () => damages, { store: id });

  return {
    ...client.operations,

    onFatal: (report) => void (reportFatal = report),
    damages: () => damages,

    async start() {
      damages = 0;
      if (config.url !== "sqlite") throw otherEngine(config.url);
      const threads = await startStoreThreads({
        dataDir: config.data_dir,
        conversationKeys,
        logger,
        onDeath: reportFatal,
        onDamage({ message, remedy }) {
          damages += 1;
          logger.error({ remedy }, message);
        },
      });
      const writer = createRpcClient<WriteOperations>(threads.connectWriter(), {
        onCommit(seconds) {
          telemetry.count("turnwise_store_commits", {}, 1);
          telemetry.count("turnwise_store_commit_seconds", {}, seconds);
        },
        onNotices: client.hear,
      });
      running = { threads, writer, reader: createRpcClient(threads.reader) };
      if (client.watches()) await writer.watch(true);
      for (const queue of await client.abandonedQueues())
        logger.warn(queue, "requests wait to be sent by an exporter that is not configured");
    },

    async shutdown() {
      await running?.threads.stop();
      running?.writer.close();
      running = undefined;
    },

    connect() {
      const { threads } = required(running);
      return { databaseFile: threads.databaseFile, writer: threads.connectWriter() };
    },
  };
}

function required(running: Running | undefined): Running {
  if (running === undefined) throw stopped();
  return running;
}

function otherEngine(url: string): StartError {
  return new StartError(
    "store_not_supported",
    `This server cannot keep its data in ${url.split(":", 1)[0]}.`,
    'Set the store\'s url (TURNWISE_DATABASE_URL) to "sqlite".',
  );
}

/** The store as another thread of the same process uses it: its own reading connection, the one writer for writes. */
import type { MessagePort } from "node:worker_threads";
import type { Store } from "../../component/store.ts";
import { openReader } from "./open-database.ts";
import { createReadOperations, type ReadOperations } from "./read-operations.ts";
import { type Call, createRpcClient, type Operations } from "./rpc.ts";
import { createStoreClient } from "./store-client.ts";
import { toStoreError } from "./store-error.ts";
import type { WriteOperations } from "./write-operations.ts";

/** What another thread needs to use the store; `writer` must be transferred to it. */
export interface SqliteConnection {
  readonly databaseFile: string;
  readonly writer: MessagePort;
}

/** Reads block this thread for as long as they take. Shut it down before the store that it belongs to. */
export function openConnectedStore({ databaseFile, writer }: SqliteConnection): Store {
  const db = openReader(databaseFile);
  const rpc = createRpcClient<WriteOperations>(writer, { onNotices: (notices) => client.hear(notices) });
  const client = createStoreClient({ write: rpc.call, read: callOf(createReadOperations(db)), onWatch: rpc.watch });
  return {
    ...client.operations,
    async shutdown() {
      rpc.close();
      db.close();
    },
  };
}

function callOf(operations: ReadOperations): Call<ReadOperations> {
  const perform: Operations = operations;
  const call = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    try {
      return perform[name]?.(...args);
    } catch (error) {
      throw toStoreError(error);
    }
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operations are called by their own names
  return call as Call<ReadOperations>;
}

import type { AccountChange, AccountStore } from "../../component/accounts.ts";
import type { Logger } from "../../component/component.ts";
import { UnavailableError } from "../../model/errors.ts";

export interface Deletions {
  /** Resolves when everything is gone. Rejects with UnavailableError when the server stops before that: the next start goes on. */
  delete(id: string): Promise<AccountChange>;
  /** Goes on with what an earlier process had begun. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** `onVoid` is told as soon as an account's credentials count no more. */
export function createDeletions(store: AccountStore, logger: Logger, onVoid: () => void): Deletions {
  const running = new Set<Promise<void>>();
  let isStopping = false;

  async function remove(id: string): Promise<void> {
    do if (isStopping) throw new UnavailableError("The server stops; its next start goes on with the deletion.");
    while (!(await store.continueDeletion(id)));
    logger.info({ account: id }, "an account was deleted");
  }

  async function run(id: string): Promise<void> {
    const removal = remove(id).finally(() => running.delete(removal));
    running.add(removal);
    return removal;
  }

  return {
    async delete(id) {
      const change = await store.beginDeletion(id);
      onVoid();
      if (change === "done") await run(id);
      return change;
    },
    async resume() {
      for (const id of await store.findDeletions())
        run(id).catch((error: unknown) => {
          if (!isStopping) logger.error({ err: error, account: id }, "an account could not be deleted");
        });
    },
    async stop() {
      isStopping = true;
      await Promise.allSettled(running);
    },
  };
}

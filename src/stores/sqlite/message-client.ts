import type { Store } from "../../component/store.ts";
import { type Refusal, RefusedError } from "../../model/errors.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

type MessageStore = Pick<Store, "createMessageSession" | "createMessageSessions" | "appendMessages" | "closeStream">;

export function createMessageClient(write: Call<WriteOperations>): MessageStore {
  return {
    async createMessageSession(session) {
      const [created] = await write("createMessageSessions", [[session]]);
      if (created === undefined) throw new Error("the writer created nothing");
      if ("code" in created) throw new RefusedError(created);
      return created;
    },
    createMessageSessions: (sessions) => write("createMessageSessions", [sessions]),
    appendMessages: async (ref, messages, options) =>
      unlessRefused(await write("appendMessages", [ref, messages, options])),
    closeStream: async (ref) => unlessRefused(await write("closeStream", [ref])),
  };
}

/** Refusals cross the threads as data: an operation that throws has the whole commit done again. */
function unlessRefused<Outcome extends string | boolean>(outcome: Outcome | Refusal): Outcome {
  if (typeof outcome === "object") throw new RefusedError(outcome);
  return outcome;
}

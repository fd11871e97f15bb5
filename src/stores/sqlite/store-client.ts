/** The Store's contract as calls to the writer and to a reader, wherever these run. */
import type { Component } from "../../component/component.ts";
import type { SessionNotice, Store } from "../../component/store.ts";
import { UnavailableError } from "../../model/errors.ts";
import type { EncodedRecords } from "../../model/signal-batch.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import { createSharedBuffers } from "./shared-buffers.ts";
import type { WriteOperations } from "./write-operations.ts";

/** More must not wait for the disk: then the senders keep their data and send it again. */
const DEFAULT_MAX_QUEUED_BYTES = 64 * 1024 * 1024;

export interface StoreClientOptions {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
  /** Whether anybody listens has changed. */
  readonly onWatch: (watches: boolean) => void;
  readonly maxQueuedBytes?: number;
}

export interface StoreClient {
  readonly operations: Omit<Store, keyof Component>;
  /** Passes notices from the writer on to the listeners. */
  readonly hear: (notices: readonly SessionNotice[]) => void;
  readonly watches: () => boolean;
  /** Bytes of records that are on their way to the disk. */
  readonly queuedBytes: () => number;
}

export function createStoreClient(options: StoreClientOptions): StoreClient {
  const { write, read, onWatch, maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES } = options;
  const listeners = new Set<(notice: SessionNotice) => void>();
  const buffers = createSharedBuffers();
  let queuedBytes = 0;

  /** The bytes are copied: the caller's may be a part of something larger, or in use elsewhere. */
  async function writeRecords(
    operation: "writeSpans" | "writeLogRecords",
    encoded: EncodedRecords,
    project: string,
  ): Promise<void> {
    const { length } = encoded.bytes;
    if (queuedBytes > 0 && queuedBytes + length > maxQueuedBytes)
      throw new UnavailableError("The store is behind: too much waits to be written.");
    queuedBytes += length;
    const held = buffers.hold(encoded.bytes);
    const tables = tablesOf(encoded);
    try {
      if (held !== undefined) await write(operation, [{ ...tables, bytes: held }, project]);
      else {
        const bytes = new Uint8Array(encoded.bytes);
        await write(operation, [{ ...tables, bytes }, project], [bytes.buffer]);
      }
    } finally {
      queuedBytes -= length;
      if (held !== undefined) buffers.release(held);
    }
  }

  const operations: StoreClient["operations"] = {
    writeSpans: (encoded, { project }) => writeRecords("writeSpans", encoded, project),
    writeLogRecords: (encoded, { project }) => writeRecords("writeLogRecords", encoded, project),
    createMessageSession: (session) => write("createMessageSession", [session]),
    closeSession: (ref) => write("closeSession", [ref]),
    requestJudgement: (ref, judge) => write("requestJudgement", [ref, judge]),
    deleteSession: (ref) => write("deleteSession", [ref]),
    claimSessions: (claimOptions) => write("claimSessions", [claimOptions]),
    renewClaim: (claim, leaseMs) => write("renewClaim", [claim, leaseMs]),
    releaseClaim: (claim, outcome) => write("releaseClaim", [claim, outcome]),
    saveSession: (claim, built, links) => write("saveSession", [claim, built, links]),
    joinSession: (claim, into) => write("joinSession", [claim, into]),
    saveTurnJudgement: (claim, record) => write("saveTurnJudgement", [claim, record]),
    saveTrajectoryJudgement: (claim, record) => write("saveTrajectoryJudgement", [claim, record]),
    readFacts: (ref) => read("readFacts", [ref]),
    findLinkedSessions: (ref, links, limit) => read("findLinkedSessions", [ref, links, limit]),
    readJudgements: (ref) => read("readJudgements", [ref]),
    getSession: (ref) => read("getSession", [ref]),
    findSessions: (query) => read("findSessions", [query]),
    countSessions: (query) => read("countSessions", [query]),

    watch(listener) {
      const own = (notice: SessionNotice): void => listener(notice); // the same listener may watch twice
      listeners.add(own);
      if (listeners.size === 1) onWatch(true);
      return () => {
        if (listeners.delete(own) && listeners.size === 0) onWatch(false);
      };
    },
  };

  return {
    operations,
    hear: (notices) => {
      for (const notice of notices) for (const listener of listeners) listener(notice);
    },
    watches: () => listeners.size > 0,
    queuedBytes: () => queuedBytes,
  };
}

/** Each array with a buffer of its own: cloning one that is a part of another would copy all of the other. */
function tablesOf({ records, scopes, resources }: EncodedRecords) {
  return { records: records.slice(), scopes: scopes.slice(), resources: resources.slice() };
}

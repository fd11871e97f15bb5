/**
 * Sends records to the writer. A large request goes in parts, one after the other: each shares its commit with whatever
 * else waits by then, so nobody waits for more than a part of it, and nothing large is copied at once. Some of it may be on
 * disk when a later part fails; nobody was told so, and sending it again changes nothing.
 */
import { randomUUID } from "node:crypto";
import { UnavailableError } from "../../model/errors.ts";
import type { EncodedRecords } from "../../model/signal-batch.ts";
import { compactRecords, isOneSlice, sliceRecords } from "../../otlp/slice-records.ts";
import type { Call } from "./rpc.ts";
import { createSharedBuffers } from "./shared-buffers.ts";
import type { RequestPart } from "./write-log-records.ts";
import type { WriteOperations } from "./write-operations.ts";

/** About 20 ms of the writer's time. */
const PART = { bytes: 1024 * 1024, records: 2000 };

export type RecordOperation = "writeSpans" | "writeLogRecords";

export interface RecordWrites {
  /** Resolves when the records are on disk. */
  write(operation: RecordOperation, encoded: EncodedRecords, project: string): Promise<void>;
  /** Bytes of records that are on their way to the disk. */
  readonly queuedBytes: () => number;
}

/** So much may be on its way, of small requests and of large ones each: a large one does not have small ones refused. */
export function createRecordWrites(write: Call<WriteOperations>, maxQueuedBytes: number): RecordWrites {
  const buffers = createSharedBuffers();
  const queued = { whole: 0, inParts: 0 };
  let lastInParts: Promise<unknown> = Promise.resolve();

  async function writeWhole(operation: RecordOperation, encoded: EncodedRecords, project: string): Promise<void> {
    const held = buffers.hold(encoded.bytes);
    if (held === undefined) return writePart(operation, compactRecords(encoded), project);
    try {
      await write(operation, [{ ...tablesOf(encoded), bytes: held }, project]);
    } finally {
      buffers.release(held);
    }
  }

  /** The bytes are given away. */
  async function writePart(
    operation: RecordOperation,
    encoded: ReturnType<typeof compactRecords>,
    project: string,
    part?: RequestPart,
  ): Promise<void> {
    const transfer = [encoded.bytes.buffer];
    if (operation === "writeSpans") await write(operation, [encoded, project], transfer);
    else await write(operation, [encoded, project, part], transfer);
  }

  async function writeInParts(operation: RecordOperation, encoded: EncodedRecords, project: string): Promise<void> {
    const request = randomUUID();
    let number = 0;
    for (const slice of sliceRecords(encoded, PART)) {
      await writePart(operation, compactRecords(slice), project, { request, number });
      number += 1;
    }
  }

  /** One large request at a time: the first is done soonest so, and the last not later. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = lastInParts.then(work);
    lastInParts = turn.catch(() => undefined);
    return turn;
  }

  return {
    async write(operation, encoded, project) {
      const { length } = encoded.bytes;
      const line = isOneSlice(encoded, PART) ? "whole" : "inParts";
      if (queued[line] > 0 && queued[line] + length > maxQueuedBytes)
        throw new UnavailableError("The store is behind: too much waits to be written.");
      queued[line] += length;
      try {
        if (line === "whole") await writeWhole(operation, encoded, project);
        else await inTurn(async () => writeInParts(operation, encoded, project));
      } finally {
        queued[line] -= length;
      }
    },
    queuedBytes: () => queued.whole + queued.inParts,
  };
}

/** Each array with a buffer of its own: cloning one that is a part of another would copy all of the other. */
function tablesOf({ records, scopes, resources }: EncodedRecords) {
  return { records: records.slice(), scopes: scopes.slice(), resources: resources.slice() };
}

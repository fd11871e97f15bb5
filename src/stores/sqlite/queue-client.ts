/** A SendingQueue as calls to the writer and to a reader, wherever these run. */
import type { ParkedDecision, QueuedRequest, SendingQueue } from "../../component/sending-queue.ts";
import { UnavailableError } from "../../model/errors.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

/** More bytes are written in several commits, so that others' come in between. */
export const SLICE_BYTES = 1024 * 1024;
/** More of one exporter's requests must not wait for the disk. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export interface QueueClientOptions {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
  /** Calls back about this exporter's parked requests. */
  readonly onDecision: (listener: (decision: ParkedDecision) => void) => void;
}

export function createQueueClient({ write, read, onDecision }: QueueClientOptions, exporter: string): SendingQueue {
  let pendingBytes = 0;

  const writeSlice = async (bytes: Uint8Array, at: number, bodyNo?: number): Promise<number> => {
    const slice = copyOf(bytes.subarray(at, at + SLICE_BYTES));
    return write("writeQueueSlice", [slice, bodyNo], [slice.buffer]);
  };

  async function putInSlices({ bytes, ...request }: QueuedRequest): Promise<void> {
    const bodyNo = await writeSlice(bytes, 0);
    try {
      for (let at = SLICE_BYTES; at < bytes.length; at += SLICE_BYTES) await writeSlice(bytes, at, bodyNo);
      await write("putQueueItem", [exporter, { ...request, size: bytes.length, bodyNo }]);
    } catch (error) {
      // What refused the rest may refuse this as well; then the next start of the store clears it away.
      await write("dropQueueBody", [bodyNo]).catch(() => undefined);
      throw error;
    }
  }

  async function put(request: QueuedRequest): Promise<void> {
    if (request.bytes.length > SLICE_BYTES) return putInSlices(request);
    const bytes = copyOf(request.bytes);
    return write("putQueueRequest", [exporter, { ...request, bytes }], [bytes.buffer]);
  }

  return {
    async put(request) {
      const { length } = request.bytes;
      if (pendingBytes > 0 && pendingBytes + length > MAX_PENDING_BYTES)
        throw new UnavailableError("The store is behind: too much waits to be queued.");
      pendingBytes += length;
      try {
        await put(request);
      } finally {
        pendingBytes -= length;
      }
    },
    next: (after) => read("nextQueueItem", [exporter, after]),
    read: (item) => read("readQueueItem", [item]),
    retried: (item) => write("retriedQueueItem", [item]),
    remove: (item) => write("removeQueueItem", [item]),
    park: (item, reason) => write("parkQueueItem", [item, reason]),
    size: () => read("queueSize", [exporter]),
    parkedSize: () => read("parkedSize", [exporter]),
    onDecision,
  };
}

/** What is sent to another thread is taken from this one, so it must be ours alone. */
const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

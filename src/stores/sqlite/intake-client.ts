/** Intakes as calls to the writer and to a reader, wherever these run. */
import type { Intakes, Recording } from "../../component/intake.ts";
import { PermanentError } from "../../model/errors.ts";
import { SLICE_BYTES } from "./queue-client.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

export interface IntakeClientOptions {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
}

export function createIntakeClient({ write, read }: IntakeClientOptions): Intakes {
  return {
    /** One slice at a time: whoever sends faster than the disk writes is not read from meanwhile. */
    async writeRecording(bytes) {
      let id: number | undefined;
      let size = 0;
      try {
        for await (const slice of inSlices(bytes)) {
          const { length } = slice; // the slice itself is gone once it was sent
          id = await write("writeIntakeSlice", [slice, id], [slice.buffer]);
          size += length;
        }
      } catch (error) {
        // What refused the rest may refuse this as well; then the next start of the store clears it away.
        if (id !== undefined) await write("dropRecording", [id]).catch(() => undefined);
        throw error;
      }
      if (id === undefined) throw new PermanentError("the recording is empty");
      return { id, bytes: size };
    },
    dropRecording: (id) => write("dropRecording", [id]),
    read: (ref) => read("readIntake", [ref]),
    readRecording: (recording) => slicesOf(recording, read),
    save: (claim, result) => write("saveIntake", [claim, result]),
    refuse: (claim, reason) => write("refuseIntake", [claim, reason]),
  };
}

/** What is sent to another thread is taken from this one, so each slice is a copy. */
async function* inSlices(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let slice = new Uint8Array(SLICE_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + SLICE_BYTES - filled);
      slice.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < SLICE_BYTES) continue;
      yield slice;
      slice = new Uint8Array(SLICE_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield slice.slice(0, filled);
}

async function* slicesOf({ id, bytes }: Recording, read: Call<ReadOperations>): AsyncGenerator<Uint8Array> {
  let length = 0;
  let after = 0;
  for (;;) {
    const slice = await read("readIntakeSlice", [id, after]);
    if (slice === undefined) break;
    if (slice.isDamaged) throw new PermanentError("the recording was damaged on the disk");
    length += slice.bytes.length;
    after = slice.sliceNo;
    yield slice.bytes;
  }
  if (length !== bytes) throw new PermanentError("the recording is not whole on the disk");
}

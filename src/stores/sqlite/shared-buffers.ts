/**
 * Memory that the threads share, for records on their way to the writer. Used again and again: a buffer of its own for each
 * request keeps the garbage collectors of both threads busy.
 */
const BUFFER_BYTES = 256 * 1024;
const MAX_KEPT = 32;

export interface SharedBuffers {
  /** A copy of `bytes` in a free buffer; undefined when they are too many for one. */
  hold(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> | undefined;
  /** Whoever was given the bytes has no more use for them. */
  release(held: Uint8Array<SharedArrayBuffer>): void;
}

export function createSharedBuffers(): SharedBuffers {
  const free: SharedArrayBuffer[] = [];
  return {
    hold(bytes) {
      if (bytes.length > BUFFER_BYTES) return undefined;
      const held = new Uint8Array(free.pop() ?? new SharedArrayBuffer(BUFFER_BYTES), 0, bytes.length);
      held.set(bytes);
      return held;
    },
    release({ buffer }) {
      if (free.length < MAX_KEPT) free.push(buffer);
    },
  };
}

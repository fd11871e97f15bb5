/**
 * Memory that the threads share, for records on their way to the writer. Used again and again: a buffer of its own for each
 * request keeps the garbage collectors of both threads busy.
 */
const BUFFER_BYTES = 256 * 1024;
/** However many small requests wait at the same time. */
const MAX_BUFFERS = 32;

export interface SharedBuffers {
  /** A copy of `bytes` in a free buffer; undefined when they are too many for one, or none is free. */
  hold(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> | undefined;
  /** Whoever was given the bytes has no more use for them. */
  release(held: Uint8Array<SharedArrayBuffer>): void;
}

export function createSharedBuffers(): SharedBuffers {
  const free: SharedArrayBuffer[] = [];
  let made = 0;

  function take(): SharedArrayBuffer | undefined {
    const known = free.pop();
    if (known !== undefined || made === MAX_BUFFERS) return known;
    made += 1;
    return new SharedArrayBuffer(BUFFER_BYTES);
  }

  return {
    hold(bytes) {
      const buffer = bytes.length > BUFFER_BYTES ? undefined : take();
      if (buffer === undefined) return undefined;
      const held = new Uint8Array(buffer, 0, bytes.length);
      held.set(bytes);
      return held;
    },
    release: ({ buffer }) => void free.push(buffer),
  };
}

/** Copies of many small byte ranges, one behind the other in large blocks: each on its own would cost an allocation. */
const SLAB_BYTES = 1024 * 1024;

/** A block lives as long as any of its copies does, so what is copied should also be dropped in that order. */
export function createSlab(): (bytes: Uint8Array) => Buffer {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let used = 0;
  return (bytes) => {
    if (bytes.length > SLAB_BYTES / 4) return Buffer.from(bytes);
    if (used + bytes.length > SLAB_BYTES) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      used = 0;
    }
    const copy = slab.subarray(used, used + bytes.length);
    copy.set(bytes);
    used += bytes.length;
    return copy;
  };
}

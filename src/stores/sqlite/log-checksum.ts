import { endianness } from "node:os";

/** Two sums of 32 bits that run through the whole log. Source: https://www.sqlite.org/fileformat2.html#walcksm */
export type LogChecksum = readonly [number, number];

export const NO_CHECKSUM: LogChecksum = [0, 0];

/** The order of the bytes that this machine's own logs have. */
export const IS_LITTLE_ENDIAN = endianness() === "LE";

/** Goes on from `seed` over bytes `from` to `to`, both and their distance a multiple of 8. Over the whole log it takes a while. */
export function logChecksum(
  bytes: DataView,
  from: number,
  to: number,
  isLittleEndian: boolean,
  seed: LogChecksum,
): LogChecksum {
  const own = new Int32Array(bytes.buffer, bytes.byteOffset + from, (to - from) / 4);
  const words = isLittleEndian === IS_LITTLE_ENDIAN ? own : swapped(own);
  let [first, second] = [seed[0] | 0, seed[1] | 0];
  for (let at = 0; at < words.length; at += 2) {
    first = (first + (words[at] ?? 0) + second) | 0;
    second = (second + (words[at + 1] ?? 0) + first) | 0;
  }
  return [first >>> 0, second >>> 0];
}

/** Of a log that was written on a machine of the other kind. */
function swapped(words: Int32Array): Int32Array {
  const copy = words.slice();
  Buffer.from(copy.buffer).swap32();
  return copy;
}

export const isSameChecksum = (one: LogChecksum, other: LogChecksum): boolean =>
  one[0] === other[0] && one[1] === other[1];

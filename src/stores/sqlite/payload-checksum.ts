import { crc32 } from "node:zlib";

/**
 * CRC-32 over a span as it is stored, and over the number of the span that it is a delta against: with another base it is
 * another span. SQLite's pages have no checksums, so this is what finds a bit that flipped.
 */
export function payloadChecksum(payload: Uint8Array, baseNo: number | null): number {
  return crc32(payload, (baseNo ?? 0) % 2 ** 32);
}

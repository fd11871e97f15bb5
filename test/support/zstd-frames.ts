/** Zstandard frames (RFC 8878) by hand: stored and run-length blocks, and headers that promise what they like. */
const MAGIC = Buffer.from("28b52ffd", "hex");
const LARGEST_BLOCK = 128 * 1024;

export interface FrameHeader {
  /** The byte that tells the window: exponent and mantissa. 2^20 bytes by default. */
  readonly window?: number;
  /** Declares the size of the content, in eight bytes. */
  readonly contentSize?: bigint;
  readonly dictionaryId?: number;
  /** Follows the blocks, in four bytes. */
  readonly checksum?: number;
}

/** Blocks in a frame; the last one is marked as such. */
export function zstdFrame(blocks: readonly Block[], header: FrameHeader = {}): Buffer {
  const { window = 10 << 3, contentSize, dictionaryId, checksum } = header;
  const descriptor =
    (contentSize === undefined ? 0 : 0xc0) | (checksum === undefined ? 0 : 4) | (dictionaryId === undefined ? 0 : 1);
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8);
  if (contentSize !== undefined) size.writeBigUInt64LE(contentSize);
  const dictionary = dictionaryId === undefined ? [] : [dictionaryId];
  const body = blocks.map((block, number) => encodeBlock(block, number === blocks.length - 1));
  const end = Buffer.alloc(checksum === undefined ? 0 : 4);
  if (checksum !== undefined) end.writeUInt32LE(checksum);
  return Buffer.concat([MAGIC, Buffer.from([descriptor, window, ...dictionary]), size, ...body, end]);
}

/** Bytes as they are, or one byte many times. */
export type Block = { readonly stored: Uint8Array } | { readonly byte: number; readonly times: number };

function encodeBlock(block: Block, isLast: boolean): Buffer {
  const [type, size, content] =
    "stored" in block ? [0, block.stored.length, block.stored] : [1, block.times, Buffer.from([block.byte])];
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
  return Buffer.concat([header, content]);
}

/**
 * Some thirty bytes over which fzstd never comes to an end: the Huffman tree's weights are coded with a table of one symbol,
 * whose codes take no bits.
 */
export function zstdEndless(): Buffer {
  const literals = Buffer.alloc(3);
  literals.writeUIntLE(2 | (10 << 4) | (10 << 14), 0, 3);
  const weights = Buffer.from("04f003ffff", "hex");
  const content = Buffer.concat([literals, weights, Buffer.alloc(6, 1)]);
  const header = Buffer.alloc(3);
  header.writeUIntLE((content.length << 3) | (2 << 1) | 1, 0, 3);
  return Buffer.concat([MAGIC, Buffer.from([0, 10 << 3]), header, content]);
}

/** The bytes in a frame, not made smaller. */
export function zstdStored(bytes: Uint8Array): Buffer {
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length || blocks.length === 0; at += LARGEST_BLOCK)
    blocks.push({ stored: bytes.subarray(at, at + LARGEST_BLOCK) });
  return zstdFrame(blocks);
}

/** `length` times the same byte, in as few bytes as can be. */
export function zstdBomb(length: number, byte = 0): Buffer {
  const full = Math.floor(length / LARGEST_BLOCK);
  const blocks = Array.from({ length: full }, () => ({ byte, times: LARGEST_BLOCK }));
  return zstdFrame([...blocks, { byte, times: length % LARGEST_BLOCK }]);
}

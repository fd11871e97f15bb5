/**
 * Zstandard (RFC 8878) within bounds. The blocks are decoded by fzstd, which trusts a frame's header with all the memory it
 * asks for, and moves the whole window once a block: so the header is read here, and fzstd is given one of our own that asks
 * for no more than the blocks can fill. Nor does it compare what comes out with the size and the checksum that were declared;
 * that is done here, too. What it cannot be kept from here is to run without end over a block that is made for
 * that, so this belongs into a thread that can be ended (see body-decoder).
 */
import { Decompress } from "fzstd";
import { malformed, tooLarge } from "./request-refusal.ts";
import { xxhash64 } from "./xxhash64.ts";

const FRAME = 0xfd2f_b528;
/** Sixteen magic numbers for frames to be passed over. */
const SKIPPABLE = 0x184d_2a50;
const LARGEST_BLOCK = 128 * 1024;
/** What the RFC asks decoders to support and encoders to stay within. */
const LARGEST_WINDOW = 8 * 1024 * 1024;
const SMALLEST_WINDOW = 1024;

/** Moving the window is work: so many bytes of it for each byte that may come out, which is twice what full blocks take. */
const MOVED_PER_BYTE = 128;

const BLOCK_TYPES = { rle: 1, compressed: 2, reserved: 3 } as const;

/** Where the blocks of a frame lie, how many there are, and how much they may look back. */
interface Blocks {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly window: number;
}

interface Frame extends Blocks {
  /** In bytes, of what is to come out; undefined where the frame does not say. */
  readonly contentSize: number | undefined;
  /** Lower half of the XXH64 of what is to come out; undefined where the frame does not say. */
  readonly checksum: number | undefined;
}

/** Throws a refusal when the result is larger than `limit` bytes, or the body is not of frames that we decode. */
export function unzstd(body: Uint8Array, limit: number): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (bytes.length === 0) throw notZstd();
  const contents: Buffer[] = [];
  let length = 0;
  for (const frame of framesOf(bytes, limit)) {
    const content = decodeFrame(bytes, frame, limit - length, limit);
    contents.push(content);
    length += content.length;
  }
  const [only] = contents;
  return contents.length === 1 && only !== undefined ? only : Buffer.concat(contents, length);
}

/** `room`: so many bytes may come out of this frame. */
function decodeFrame(bytes: Buffer, frame: Frame, room: number, limit: number): Buffer {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const keep = (chunk: Uint8Array): void => {
    length += chunk.length;
    if (length > room) throw tooLarge(limit);
    chunks.push(chunk);
  };
  new Decompress(keep).push(Buffer.concat([headerFor(frame.window), bytes.subarray(frame.start, frame.end)]), true);
  const content = Buffer.concat(chunks, length);
  if (frame.contentSize !== undefined && frame.contentSize !== length) throw notZstd();
  if (frame.checksum !== undefined && BigInt(frame.checksum) !== BigInt.asUintN(32, xxhash64(content))) throw notZstd();
  return content;
}

function framesOf(bytes: Buffer, limit: number): readonly Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  let moved = 0;
  while (at < bytes.length) {
    const magic = read(bytes, at, 4);
    if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE) at += 8 + read(bytes, at + 4, 4);
    else {
      if (magic !== FRAME) throw notZstd();
      const { end, window, contentSize, hasChecksum } = readHeader(bytes, at + 4);
      if (contentSize !== undefined && contentSize > limit) throw tooLarge(limit);
      const blocks = walkBlocks(bytes, end, window, limit);
      moved += blocks.count * blocks.window;
      if (moved > MOVED_PER_BYTE * Math.max(limit, LARGEST_BLOCK)) throw tooLarge(limit);
      frames.push({ ...blocks, contentSize, checksum: hasChecksum ? read(bytes, blocks.end, 4) : undefined });
      at = blocks.end + (hasChecksum ? 4 : 0);
    }
    if (at > bytes.length) throw notZstd();
  }
  return frames;
}

interface Header extends Pick<Frame, "end" | "window" | "contentSize"> {
  readonly hasChecksum: boolean;
}

/** Section 3.1.1.1. A single segment is its own window. */
function readHeader(bytes: Buffer, at: number): Header {
  const descriptor = read(bytes, at, 1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionaryAt = at + (isSingleSegment ? 1 : 2);
  const sizeAt = dictionaryAt + dictionaryLength;
  const isReserved = (descriptor & 8) !== 0;
  if (isReserved || (dictionaryLength > 0 && read(bytes, dictionaryAt, dictionaryLength) !== 0)) throw notZstd();
  const contentSize = sizeLength === 0 ? undefined : readContentSize(bytes, sizeAt, sizeLength);
  return {
    end: sizeAt + sizeLength,
    window: isSingleSegment ? (contentSize ?? 0) : windowOf(read(bytes, at + 1, 1)),
    contentSize,
    hasChecksum: (descriptor & 4) !== 0,
  };
}

/** Section 3.1.1.1.4. Of eight bytes the upper two are only looked at: that would be far beyond any limit. */
function readContentSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return read(bytes, at + 6, 2) === 0 ? read(bytes, at, 6) : Infinity;
  return read(bytes, at, length) + (length === 2 ? 256 : 0);
}

/** Section 3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Section 3.1.1.2. What all blocks but the compressed ones hold is written in their headers. */
function walkBlocks(bytes: Buffer, start: number, declaredWindow: number, limit: number): Blocks {
  let at = start;
  let count = 0;
  let certain = 0;
  let possible = 0;
  for (let isLast = false; !isLast; count += 1) {
    const header = read(bytes, at, 3);
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    if (type === BLOCK_TYPES.reserved || size > LARGEST_BLOCK) throw notZstd();
    isLast = (header & 1) === 1;
    at += 3 + (type === BLOCK_TYPES.rle ? 1 : size);
    if (at > bytes.length) throw notZstd();
    certain += type === BLOCK_TYPES.compressed ? 0 : size;
    possible += type === BLOCK_TYPES.compressed ? LARGEST_BLOCK : size;
    if (certain > limit) throw tooLarge(limit);
  }
  const window = Math.min(declaredWindow, possible, limit);
  if (window > LARGEST_WINDOW)
    throw malformed(`The body's Zstandard window is larger than ${LARGEST_WINDOW} bytes, as RFC 8878 advises against.`);
  return { start, end: at, count, window };
}

/** A frame header without a content size, a dictionary or a checksum, and with a window of at least so many bytes. */
function headerFor(window: number): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt32LE(FRAME, 0);
  header.writeUInt8((Math.ceil(Math.log2(Math.max(window, SMALLEST_WINDOW))) - 10) << 3, 5);
  return header;
}

/** `length` bytes, at most six, in little-endian order. */
function read(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) throw notZstd();
  return bytes.readUIntLE(at, length);
}

const notZstd = (): Error => malformed("The body is not what its Content-Encoding says.");

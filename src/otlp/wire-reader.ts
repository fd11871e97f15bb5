/**
 * Protobuf's wire format, read with one cursor for the whole module: no object and no closure per field. A reader of a
 * message runs to its end without awaiting, so there is never more than one at work; whoever calls out in the middle of
 * a message (a visitor) opens the wire again afterwards.
 *
 * Broken bytes do not throw here. They put the cursor behind every end, where all loops of the form
 * `while (wirePosition() < end)` stop, and whoever opened the wire sees that the cursor did not arrive at the end.
 * So a million broken spans cost no stack traces. Source: protobuf.dev/programming-guides/encoding.
 */
import { isUtf8 } from "node:buffer";
import { hexText } from "./hex-text.ts";
import { cachedText, createTextCache, type TextCache } from "./text-cache.ts";

/** Behind every end of a body, and still a small integer after a few additions. */
const BROKEN = 0x7fff_0000;

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
const GROUP_START = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/** Stands for a byte where there is none: no byte, and like the first of a longer varint. */
const PAST_THE_END = 0x100;

/** protobuf's own readers stop at 100, too. */
const MAX_GROUP_DEPTH = 100;

let opened: Uint8Array = new Uint8Array(0);
/** A Buffer of the opened bytes whatever they came as, so that reading a byte stays one machine instruction. */
let bytes: Buffer = Buffer.alloc(0);
let view: DataView = new DataView(new ArrayBuffer(0));
let position = 0;

const keys = createTextCache(64);
/** Longer values are mostly ids and prose, which do not come again. */
const values = createTextCache(24);

/** Puts the cursor on `offset` of `source`. */
export function openWire(source: Uint8Array, offset: number): void {
  if (source !== opened) {
    opened = source;
    bytes = Buffer.from(source.buffer, source.byteOffset, source.length);
    view = new DataView(source.buffer, source.byteOffset, source.length);
  }
  position = offset;
}

export function wirePosition(): number {
  return position;
}

export function seekWire(to: number): void {
  position = to;
}

/** Returns what `readEnd` returns for broken bytes. */
export function breakWire(): number {
  position = BROKEN;
  return BROKEN;
}

export function isBroken(): boolean {
  return position >= BROKEN;
}

/** To be called where a message should be over: a field that reached beyond its message breaks the wire. */
export function endMessage(end: number): void {
  if (position !== end) position = BROKEN;
}

/** Field number times 8 plus wire type; 0 when broken. */
export function readTag(): number {
  const byte = bytes[position] ?? PAST_THE_END;
  if (byte >= 8 && byte < 0x80) {
    position += 1;
    return byte;
  }
  const tag = readVarint();
  if (tag >= 8 && tag <= 0xffff_ffff) return tag;
  position = BROKEN;
  return 0;
}

/** Reads a length and returns where the field of that length ends, which must not be after `end`. */
export function readEnd(end: number): number {
  let length = bytes[position] ?? PAST_THE_END;
  if (length < 0x80) position += 1;
  else length = readVarint();
  if (length <= end - position) return position + length;
  return breakWire();
}

/** An unsigned varint, exact up to 2^53; what matters above is only that it is too large. */
function readVarint(): number {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 10; count += 1) {
    const byte = bytes[position] ?? PAST_THE_END;
    if (byte === PAST_THE_END) break;
    position += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  return breakWire();
}

export function readUint32(): number {
  const byte = bytes[position] ?? PAST_THE_END;
  if (byte < 0x80) {
    position += 1;
    return byte;
  }
  readVarintHalves();
  return low >>> 0;
}

/** An int32 or an enum. */
export function readInt32(): number {
  return readUint32() | 0;
}

/** The halves of the last 64-bit varint. */
let low = 0;
let high = 0;

function readVarintHalves(): void {
  low = 0;
  high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = bytes[position] ?? PAST_THE_END;
    if (byte === PAST_THE_END) break;
    position += 1;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (shift - 32);
    if (byte < 0x80) return;
  }
  breakWire();
}

/** An int64. */
export function readInt64(): bigint {
  const byte = bytes[position] ?? PAST_THE_END;
  if (byte < 0x80) {
    position += 1;
    return BigInt(byte);
  }
  readVarintHalves();
  if (high >= -0x20_0000 && high < 0x20_0000) return BigInt(high * 0x1_0000_0000 + (low >>> 0));
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

export function readBool(): boolean {
  const byte = bytes[position] ?? PAST_THE_END;
  if (byte < 0x80) {
    position += 1;
    return byte !== 0;
  }
  readVarintHalves();
  return (low | high) !== 0;
}

export function readFixed32(): number {
  if (position + 4 > bytes.length) return breakWire();
  const value = view.getUint32(position, true);
  position += 4;
  return value;
}

export function readFixed64(): bigint {
  if (position + 8 > bytes.length) {
    breakWire();
    return 0n;
  }
  const value = view.getBigUint64(position, true);
  position += 8;
  return value;
}

/**
 * Nanoseconds since 1970 as whole microseconds, rounded down. Exact until the year 2255; no BigInt is made: 2^32 ns are
 * 4,294,967 us and 296 ns.
 */
export function readMicroseconds(): number {
  if (position + 8 > bytes.length) return breakWire();
  const nanosLow = view.getUint32(position, true);
  const nanosHigh = view.getUint32(position + 4, true);
  position += 8;
  // 2^32 * high + low = 1000 * (4294967 * high) + (296 * high + low); the bracket stays far below 2^53.
  return nanosHigh * 4_294_967 + Math.floor((nanosHigh * 296 + nanosLow) / 1000);
}

export function readDouble(): number {
  if (position + 8 > bytes.length) return breakWire();
  const value = view.getFloat64(position, true);
  position += 8;
  return value;
}

/** The text from the cursor to `stop`; what is not UTF-8 becomes U+FFFD. */
export function readText(stop: number): string {
  if (stop === BROKEN) return "";
  const start = position;
  position = stop;
  return start === stop ? "" : bytes.toString("utf8", start, stop);
}

/** As readText, for attribute keys. */
export function readKey(stop: number): string {
  return readCached(keys, stop);
}

/** As readText, for attribute values. */
export function readValueText(stop: number): string {
  return readCached(values, stop);
}

function readCached(cache: TextCache, stop: number): string {
  if (stop === BROKEN) return "";
  const start = position;
  position = stop;
  return cachedText(cache, bytes, view, start, stop - start);
}

/** A copy of the bytes from the cursor to `stop`. */
export function readBytes(stop: number): Uint8Array {
  if (stop === BROKEN) return new Uint8Array(0);
  const start = position;
  position = stop;
  return new Uint8Array(bytes.subarray(start, stop));
}

/** The bytes from the cursor to `stop` in lower-case hex digits. */
export function readHex(stop: number): string {
  if (stop === BROKEN) return "";
  const start = position;
  position = stop;
  return hexText(bytes, view, start, stop - start);
}

/** Calling into Node costs as much as looking at so many bytes. */
const SHORT_TEXT = 512;
/** The upper bits of four bytes: all zero in ASCII. */
const NOT_ASCII = 0x8080_8080 | 0;

/** Passes over a text; false when it is not UTF-8. */
export function skipText(end: number): boolean {
  const stop = readEnd(end);
  if (stop === BROKEN) return true;
  const start = position;
  position = stop;
  return (stop - start <= SHORT_TEXT && isAscii(start, stop)) || isUtf8(bytes.subarray(start, stop));
}

function isAscii(start: number, stop: number): boolean {
  let bits = 0;
  let at = start;
  for (; at + 4 <= stop; at += 4) bits |= view.getInt32(at, true);
  for (; at < stop; at += 1) bits |= (bytes[at] ?? 0) & 0x80;
  return (bits & NOT_ASCII) === 0;
}

/** True when all bytes of a range are zero, also when there are none. */
export function isZero(start: number, stop: number): boolean {
  for (let at = start; at < stop; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

/** Passes over a field of any kind; `tag` has just been read. */
export function skipField(tag: number, end: number): void {
  const wireType = tag & 7;
  if (wireType === LENGTH) position = readEnd(end);
  else if (wireType === VARINT) skipVarint();
  else if (wireType === FIXED64) position += 8;
  else if (wireType === FIXED32) position += 4;
  else if (wireType === GROUP_START) skipGroup(tag, end);
  else position = BROKEN;
}

function skipVarint(): void {
  const last = position + 10;
  while (position < last) {
    const byte = bytes[position] ?? PAST_THE_END;
    position += 1;
    if (byte < 0x80) return;
  }
  position = BROKEN;
}

/** Groups are obsolete but legal in unknown fields. A loop: their nesting is the sender's choice. */
function skipGroup(tag: number, end: number): void {
  const open = [tag];
  while (open.length > 0) {
    if (position >= end || open.length > MAX_GROUP_DEPTH) {
      position = BROKEN;
      return;
    }
    const inner = readTag();
    if ((inner & 7) === GROUP_START) open.push(inner);
    else if ((inner & 7) !== GROUP_END) skipField(inner, end);
    else if (open.pop() !== inner - 1) position = BROKEN;
  }
}

/**
 * Protobuf's wire format, written with one growing buffer for the whole module: a writer of a message runs to its end
 * without awaiting. Fields with their default value are left out, as protobuf prescribes.
 */
import { FIXED32, FIXED64, LENGTH, VARINT } from "./wire-reader.ts";

const FIRST_SIZE = 64 * 1024;
/** A buffer that one large request made is not kept for ever. */
const LARGEST_KEPT = 4 * 1024 * 1024;

let buffer = Buffer.allocUnsafe(FIRST_SIZE);
let position = 0;

/** Begins a new message. Whoever knows its length spares the buffer its growing. */
export function beginWire(length = 0): void {
  if (buffer.length > LARGEST_KEPT || buffer.length < length) buffer = Buffer.allocUnsafe(Math.max(FIRST_SIZE, length));
  position = 0;
}

/** A copy of what was written since `beginWire`. */
export function finishWire(): Uint8Array {
  return new Uint8Array(buffer.subarray(0, position));
}

function reserve(length: number): void {
  if (position + length <= buffer.length) return;
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, position + length));
  buffer.copy(larger, 0, 0, position);
  buffer = larger;
}

function writeTag(field: number, wireType: number): void {
  writeVarint(field * 8 + wireType);
}

/** An unsigned integer below 2^53. */
function writeVarint(value: number): void {
  reserve(10);
  let rest = value;
  while (rest >= 0x80) {
    buffer[position] = (rest % 0x80) | 0x80;
    position += 1;
    rest = Math.floor(rest / 0x80);
  }
  buffer[position] = rest;
  position += 1;
}

export function writeUint32(field: number, value: number): void {
  if (value === 0) return;
  writeTag(field, VARINT);
  writeVarint(value >>> 0);
}

/** An enum; a negative number takes ten bytes, as in every int32. */
export function writeInt32(field: number, value: number): void {
  if (value >= 0) writeUint32(field, value);
  else writeInt64(field, BigInt(value));
}

/** An int64, also when it is 0: it is only used where presence counts. */
export function writeInt64(field: number, value: bigint): void {
  writeTag(field, VARINT);
  let rest = BigInt.asUintN(64, value);
  if (rest < 0x20_0000_0000_0000n) {
    writeVarint(Number(rest));
    return;
  }
  reserve(10);
  while (rest >= 0x80n) {
    buffer[position] = Number(rest & 0x7fn) | 0x80;
    position += 1;
    rest >>= 7n;
  }
  buffer[position] = Number(rest);
  position += 1;
}

/** A bool, also when it is false. */
export function writeBool(field: number, value: boolean): void {
  writeTag(field, VARINT);
  writeVarint(value ? 1 : 0);
}

/** A double, also when it is 0. */
export function writeDouble(field: number, value: number): void {
  writeTag(field, FIXED64);
  reserve(8);
  position = buffer.writeDoubleLE(value, position);
}

export function writeFixed32(field: number, value: number): void {
  if (value === 0) return;
  writeTag(field, FIXED32);
  reserve(4);
  position = buffer.writeUInt32LE(value >>> 0, position);
}

export function writeFixed64(field: number, value: bigint): void {
  if (value === 0n) return;
  writeTag(field, FIXED64);
  reserve(8);
  position = buffer.writeBigUInt64LE(BigInt.asUintN(64, value), position);
}

/** UTF-8, also when it is empty; a lone surrogate becomes U+FFFD. */
export function writeText(field: number, text: string): void {
  const length = Buffer.byteLength(text);
  writeTag(field, LENGTH);
  writeVarint(length);
  reserve(length);
  position += buffer.write(text, position);
}

/** Also when there are none. */
export function writeBytes(field: number, bytes: Uint8Array): void {
  writeTag(field, LENGTH);
  writeVarint(bytes.length);
  reserve(bytes.length);
  buffer.set(bytes, position);
  position += bytes.length;
}

/** Begins a field whose length is known; the next so many bytes are its body. */
export function writeHead(field: number, length: number): void {
  writeTag(field, LENGTH);
  writeVarint(length);
}

export function writeHex(field: number, hex: string): void {
  if (hex === "") return;
  writeTag(field, LENGTH);
  writeVarint(hex.length / 2);
  reserve(hex.length / 2);
  position += buffer.write(hex, position, "hex");
}

/** Begins a field whose length is known only at its end; the result goes to `closeField`. */
export function openField(field: number): number {
  writeTag(field, LENGTH);
  reserve(1);
  position += 1;
  return position;
}

/** Writes the length of the field in front of it, where one byte has been kept free. */
export function closeField(start: number): void {
  const length = position - start;
  let extra = 0;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) extra += 1;
  if (extra > 0) {
    reserve(extra);
    buffer.copyWithin(start + extra, start, position);
  }
  const end = position + extra;
  position = start - 1;
  writeVarint(length);
  position = end;
}

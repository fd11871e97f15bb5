/**
 * A span's bytes told as what they share with an earlier span's bytes and what is new. Each model call of a conversation
 * repeats the whole history, as one growing attribute or as hundreds of flattened ones, so most of a call is a copy of
 * the call before it. Pure: bytes in, bytes out; decoding gives back every byte whatever the two spans were.
 *
 * Format: length of the target, then pairs of an insertion (length, bytes) and a copy (offset in the base, length), all
 * numbers as varints.
 */
import { fieldAt, type OutlinedField, type SpanOutline } from "./span-outline.ts";

/** Shorter copies cost about as much as they save. */
const MIN_COPY = 12;
/** A value that shares this much of its beginning is a version of the other, so it is worth searching for more of it. */
const MIN_KINSHIP = 64;
/** How often a value may be picked up again behind a difference, and how far behind it is looked. */
const MAX_GAPS = 16;
const PROBE_LENGTH = 32;
const PROBE_DISTANCES = [8, 64, 512];
const SEARCH_WINDOW = 0x4_0000;
/** A delta must be smaller than this part of the target, or the target is stored as it is. */
const MAX_RATIO = 0.75;

/** Three numbers a copy: offset in the base, offset in the target, length. In the target's order. */
type Copies = number[];

/** Undefined when the two have too little in common. */
export function encodeDelta(base: SpanOutline, target: SpanOutline): Buffer | undefined {
  const copies = findCopies(base, target);
  let copied = 0;
  for (let index = 2; index < copies.length; index += 3) copied += copies[index] ?? 0;
  const size = target.body.length - copied + copies.length * 4 + 8;
  return size < target.body.length * MAX_RATIO ? writeDelta(target.body, copies, size) : undefined;
}

/** Throws RangeError when `delta` was not made for this base. */
export function decodeDelta(base: Uint8Array, delta: Uint8Array): Buffer {
  const reader = { bytes: delta, at: 0 };
  const target = Buffer.allocUnsafe(readVarint(reader));
  let filled = 0;
  while (reader.at < delta.length) {
    const inserted = readVarint(reader);
    const from = reader.at;
    reader.at += inserted;
    const copyFrom = readVarint(reader);
    const copied = readVarint(reader);
    if (filled + inserted + copied > target.length || copyFrom + copied > base.length) break;
    target.set(delta.subarray(from, from + inserted), filled);
    target.set(base.subarray(copyFrom, copyFrom + copied), filled + inserted);
    filled += inserted + copied;
  }
  if (filled !== target.length) throw new RangeError("A stored span does not fit the span that it refers to.");
  return target;
}

/**
 * Walks both spans' fields side by side. Where they part, an attribute is looked up by its key, any other field by its
 * tag; what the base does not have is new.
 */
function findCopies(base: SpanOutline, target: SpanOutline): Copies {
  const copies: Copies = [];
  let index: Map<string, number> | undefined;
  let next = 0;
  for (let count = 0; count < target.fieldCount; count += 1) {
    const field = fieldAt(target, count);
    let partner = next < base.fieldCount ? fieldAt(base, next) : undefined;
    if (partner === undefined || !isSameField(base.body, partner, target.body, field)) {
      index ??= indexFields(base);
      const found = index.get(nameOf(target.body, field));
      if (found === undefined) continue;
      next = found;
      partner = fieldAt(base, next);
    }
    copyField(copies, base.body, partner, target.body, field);
    next += 1;
  }
  return copies;
}

function isSameField(base: Buffer, left: OutlinedField, target: Buffer, right: OutlinedField): boolean {
  const keyLength = right.keyEnd - right.keyStart;
  if (base[left.start] !== target[right.start] || left.keyEnd - left.keyStart !== keyLength) return false;
  return keyLength === 0 || commonPrefix(base, left.keyStart, target, right.keyStart, keyLength) === keyLength;
}

function indexFields(outline: SpanOutline): Map<string, number> {
  const index = new Map<string, number>();
  for (let count = 0; count < outline.fieldCount; count += 1) {
    const name = nameOf(outline.body, fieldAt(outline, count));
    if (!index.has(name)) index.set(name, count);
  }
  return index;
}

function nameOf(body: Buffer, field: OutlinedField): string {
  return field.keyEnd > field.keyStart
    ? body.toString("latin1", field.keyStart, field.keyEnd)
    : `#${body[field.start]}`;
}

function copyField(copies: Copies, base: Buffer, left: OutlinedField, target: Buffer, right: OutlinedField): void {
  const length = right.end - right.start;
  if (left.end - left.start === length && commonPrefix(base, left.start, target, right.start, length) === length)
    addCopy(copies, left.start, right.start, length);
  else copyContent(copies, base, left.contentStart, left.end, target, right.contentStart, right.end);
}

/** What two versions of a value share: beginning, end and, when they are kin, pieces between. */
function copyContent(
  copies: Copies,
  base: Buffer,
  baseStart: number,
  baseEnd: number,
  target: Buffer,
  start: number,
  end: number,
): void {
  const prefix = commonPrefix(base, baseStart, target, start, Math.min(baseEnd - baseStart, end - start));
  if (prefix >= MIN_COPY) addCopy(copies, baseStart, start, prefix);
  const rest = Math.min(baseEnd - baseStart, end - start) - prefix;
  const suffix = commonSuffix(base, baseEnd, target, end, rest);
  if (prefix >= MIN_KINSHIP)
    copyPieces(copies, base, baseStart + prefix, baseEnd - suffix, target, start + prefix, end - suffix);
  if (suffix >= MIN_COPY) addCopy(copies, baseEnd - suffix, end - suffix, suffix);
}

/** Picks the base up again behind each difference: a clock in the system prompt, a window that slides. */
function copyPieces(
  copies: Copies,
  base: Buffer,
  baseStart: number,
  baseEnd: number,
  target: Buffer,
  start: number,
  end: number,
): void {
  let baseAt = baseStart;
  let at = start;
  for (let gaps = 0; gaps < MAX_GAPS; gaps += 1) {
    const piece = findPiece(base.subarray(0, Math.min(baseEnd, baseAt + SEARCH_WINDOW)), baseAt, target, at, end);
    if (piece === undefined) return;
    const [from, to] = piece;
    const length = commonPrefix(base, from, target, to, Math.min(baseEnd - from, end - to));
    addCopy(copies, from, to, length);
    baseAt = from + length;
    at = to + length;
  }
}

function findPiece(
  base: Buffer,
  baseAt: number,
  target: Buffer,
  at: number,
  end: number,
): [number, number] | undefined {
  for (const distance of PROBE_DISTANCES) {
    const probe = at + distance;
    if (probe + PROBE_LENGTH > end || baseAt + PROBE_LENGTH > base.length) return undefined;
    const found = base.indexOf(target.subarray(probe, probe + PROBE_LENGTH), baseAt);
    if (found < 0) continue;
    const before = commonSuffix(base, found, target, probe, Math.min(found - baseAt, distance));
    return [found - before, probe - before];
  }
  return undefined;
}

/** Appends a copy, as part of the one before where it continues that. */
function addCopy(copies: Copies, from: number, to: number, length: number): void {
  const last = copies.length - 3;
  const lastLength = copies[last + 2] ?? 0;
  if (last >= 0 && (copies[last] ?? 0) + lastLength === from && (copies[last + 1] ?? 0) + lastLength === to)
    copies[last + 2] = lastLength + length;
  else copies.push(from, to, length);
}

/** Long runs are compared by the machine in blocks, the last difference is found byte by byte. */
function commonPrefix(left: Buffer, leftStart: number, right: Buffer, rightStart: number, limit: number): number {
  let length = 0;
  const near = Math.min(limit, 64);
  while (length < near && left[leftStart + length] === right[rightStart + length]) length += 1;
  if (length < near) return length;
  for (const block of [4096, 256])
    while (length + block <= limit && isEqualBlock(left, leftStart + length, right, rightStart + length, block))
      length += block;
  while (length < limit && left[leftStart + length] === right[rightStart + length]) length += 1;
  return length;
}

/** The ends are exclusive. */
function commonSuffix(left: Buffer, leftEnd: number, right: Buffer, rightEnd: number, limit: number): number {
  let length = 0;
  const near = Math.min(limit, 64);
  while (length < near && left[leftEnd - length - 1] === right[rightEnd - length - 1]) length += 1;
  if (length < near) return length;
  for (const block of [4096, 256])
    while (
      length + block <= limit &&
      isEqualBlock(left, leftEnd - length - block, right, rightEnd - length - block, block)
    )
      length += block;
  while (length < limit && left[leftEnd - length - 1] === right[rightEnd - length - 1]) length += 1;
  return length;
}

function isEqualBlock(left: Buffer, leftStart: number, right: Buffer, rightStart: number, length: number): boolean {
  return left.compare(right, rightStart, rightStart + length, leftStart, leftStart + length) === 0;
}

function writeDelta(target: Buffer, copies: Copies, size: number): Buffer {
  const delta = Buffer.allocUnsafe(size + copies.length * 4 + 16);
  let at = writeVarint(delta, 0, target.length);
  let told = 0;
  for (let index = 0; index < copies.length; index += 3) {
    const to = copies[index + 1] ?? 0;
    const length = copies[index + 2] ?? 0;
    at = writeInsertion(delta, at, target, told, to);
    at = writeVarint(delta, at, copies[index] ?? 0);
    at = writeVarint(delta, at, length);
    told = to + length;
  }
  if (told < target.length) {
    at = writeInsertion(delta, at, target, told, target.length);
    at = writeVarint(delta, at, 0);
    at = writeVarint(delta, at, 0);
  }
  return delta.subarray(0, at);
}

function writeInsertion(delta: Buffer, at: number, target: Buffer, from: number, to: number): number {
  const next = writeVarint(delta, at, to - from);
  target.copy(delta, next, from, to);
  return next + to - from;
}

function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= 0x80) {
    bytes[next] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
    next += 1;
  }
  bytes[next] = rest;
  return next + 1;
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  let scale = 1;
  for (let byte = 0x80; byte >= 0x80; scale *= 128) {
    byte = reader.bytes[reader.at] ?? 0;
    reader.at += 1;
    value += (byte & 0x7f) * scale;
  }
  return value;
}

/** Values within limits on size and depth: what is over is cut off at the end. */
import type { AttributeMap, AttributeValue } from "../../model/span.ts";
import { isList, isMap } from "../attribute-kinds.ts";
import { mapShared } from "../change-records.ts";

/** Counts what was cut: what it was, why, how many. */
export type Discard = (what: string, reason: string, by: number) => void;

export interface ValueLimits {
  /** Of a key with all of its value. */
  readonly bytes: number;
  /** Lists and maps within each other in one value. */
  readonly depth: number;
}

/** What a number, a boolean or the frame of a value counts for, in bytes. */
const SCALAR_BYTES = 8;

/** Bytes that a value may still take. */
interface Budget {
  left: number;
}

export function limitText(text: string, { bytes }: ValueLimits, discard: Discard): string {
  return cutText(text, { left: bytes }, discard);
}

export function limitValue(value: AttributeValue, limits: ValueLimits, discard: Discard): AttributeValue {
  return cutValue(value, { left: limits.bytes }, limits.depth, discard);
}

/** The first so many attributes, without those whose key alone is too large; each value cut to its size. */
export function limitAttributes(
  attributes: AttributeMap,
  limits: ValueLimits & { readonly attributes: number },
  discard: Discard,
): AttributeMap {
  const kept = new Map<string, AttributeValue>();
  let tooLarge = 0;
  let isSame = true;
  for (const [key, value] of attributes) {
    if (kept.size === limits.attributes) break;
    const budget = { left: limits.bytes - Buffer.byteLength(key) };
    if (budget.left < 0) {
      tooLarge += 1;
      continue;
    }
    const cut = cutValue(value, budget, limits.depth, discard);
    kept.set(key, cut);
    isSame &&= Object.is(cut, value);
  }
  discard("attributes", "key_too_large", tooLarge);
  discard("attributes", "too_many", attributes.size - kept.size - tooLarge);
  return isSame && kept.size === attributes.size ? attributes : kept;
}

function cutValue(value: AttributeValue, budget: Budget, depth: number, discard: Discard): AttributeValue {
  if (typeof value === "string") return cutText(value, budget, discard);
  if (value instanceof Uint8Array) return cutBytes(value, budget, discard);
  if (!isList(value) && !isMap(value)) {
    budget.left -= SCALAR_BYTES;
    return value;
  }
  if (depth === 0) {
    discard("values", "too_deep", 1);
    return null;
  }
  budget.left -= SCALAR_BYTES;
  return isList(value) ? cutList(value, budget, depth - 1, discard) : cutMap(value, budget, depth - 1, discard);
}

/** Items for which there is no room at all are left out. */
function cutList(values: readonly AttributeValue[], budget: Budget, depth: number, discard: Discard) {
  return mapShared(values, (value) => {
    if (budget.left > 0) return cutValue(value, budget, depth, discard);
    discard("values", "too_large", 1);
    return undefined;
  });
}

function cutMap(values: AttributeMap, budget: Budget, depth: number, discard: Discard): AttributeMap {
  const kept = new Map<string, AttributeValue>();
  let isSame = true;
  for (const [key, value] of values) {
    budget.left -= Buffer.byteLength(key);
    if (budget.left <= 0) {
      discard("values", "too_large", values.size - kept.size);
      return kept;
    }
    const cut = cutValue(value, budget, depth, discard);
    kept.set(key, cut);
    isSame &&= Object.is(cut, value);
  }
  return isSame ? values : kept;
}

/** Cut between characters, never within one. */
function cutText(text: string, budget: Budget, discard: Discard): string {
  const room = Math.max(0, budget.left);
  const bytes = Buffer.byteLength(text);
  budget.left -= bytes;
  if (bytes <= room) return text;
  discard("bytes", "too_large", bytes - room);
  return firstBytes(text, room);
}

function firstBytes(text: string, room: number): string {
  const encoded = Buffer.from(text);
  let end = room;
  while (end > 0 && isWithinCharacter(encoded[end])) end -= 1;
  return encoded.toString("utf8", 0, end);
}

/** A continuation byte of UTF-8. */
const isWithinCharacter = (byte = 0): boolean => (byte & 0xc0) === 0x80;

function cutBytes(bytes: Uint8Array, budget: Budget, discard: Discard): Uint8Array {
  const room = Math.max(0, budget.left);
  budget.left -= bytes.length;
  if (bytes.length <= room) return bytes;
  discard("bytes", "too_large", bytes.length - room);
  return bytes.slice(0, room);
}

/**
 * Attribute keys and short values come again in every span. This cache gives the same string for the same bytes without
 * making it anew, which is dearer than comparing some bytes, and its hash for the Map is already known then.
 * One entry a slot; a text that falls on a taken slot replaces the entry, so the size is fixed.
 */
const SLOT_BITS = 10;
const SHORTEST = 4;

export interface TextCache {
  /** In bytes; longer texts are not kept. */
  readonly longest: number;
  readonly texts: string[];
  /** The bytes of each slot's text, `longest` a slot. */
  readonly bytes: DataView;
}

export function createTextCache(longest: number): TextCache {
  const slots = 1 << SLOT_BITS;
  return {
    longest,
    texts: Array.from({ length: slots }, () => ""),
    bytes: new DataView(new ArrayBuffer(slots * longest)),
  };
}

/** The UTF-8 text of `length` bytes at `start`; `view` and `source` are the same bytes. */
export function cachedText(cache: TextCache, source: Buffer, view: DataView, start: number, length: number): string {
  if (length < SHORTEST || length > cache.longest) return source.toString("utf8", start, start + length);
  const slot = slotOf(view, start, length);
  const cached = cache.texts[slot] ?? "";
  if (cached.length === length && sameBytes(cache.bytes, slot * cache.longest, view, start, length)) return cached;
  const text = source.toString("utf8", start, start + length);
  // Only where one byte is one character does the length of the text tell the number of bytes.
  if (text.length === length) {
    cache.texts[slot] = text;
    for (let at = 0; at < length; at += 1) cache.bytes.setUint8(slot * cache.longest + at, view.getUint8(start + at));
  }
  return text;
}

/** Hashes four bytes at a time; the last four may overlap the ones before. */
function slotOf(view: DataView, start: number, length: number): number {
  const last = start + length - 4;
  let hash = length;
  for (let at = start; at < last; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e37_79b1);
  hash = Math.imul(hash ^ view.getInt32(last, true), 0x9e37_79b1);
  return (hash ^ (hash >>> 15)) & ((1 << SLOT_BITS) - 1);
}

function sameBytes(one: DataView, oneStart: number, other: DataView, otherStart: number, length: number): boolean {
  const last = length - 4;
  for (let at = 0; at < last; at += 4)
    if (one.getInt32(oneStart + at, true) !== other.getInt32(otherStart + at, true)) return false;
  return one.getInt32(oneStart + last, true) === other.getInt32(otherStart + last, true);
}

/** Where the attributes of a span lie, for whoever needs their bytes and not their values. */
import { endMessage, openWire, readEnd, readTag, seekWire, skipField, wirePosition } from "./wire-reader.ts";

/** A span's `attributes`, field 9. */
export const SPAN_ATTRIBUTE = 0x4a;

/**
 * Called with the UTF-8 bytes of the key and the body of the AnyValue: start inclusive, end exclusive, relative to the
 * bytes that were read. Absent is 0, 0.
 */
export type VisitAttribute = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void;

/** The ranges of the last KeyValue read. One array for the module: a span has many attributes. */
const ranges = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0 };

/** Visits the span's own attributes in their order; those of events and links are not among them. */
export function forEachAttribute(bytes: Uint8Array, offset: number, length: number, visit: VisitAttribute): void {
  const end = offset + length;
  openWire(bytes, offset);
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === SPAN_ATTRIBUTE) {
      const { keyStart, keyEnd, valueStart, valueEnd } = readKeyValueRanges(readEnd(end));
      const next = wirePosition();
      visit(keyStart, keyEnd, valueStart, valueEnd);
      openWire(bytes, next);
    } else skipField(tag, end);
  }
}

/** Reads the KeyValue up to `end`. The result is only good until the next call. */
export function readKeyValueRanges(end: number): Readonly<typeof ranges> {
  ranges.keyStart = 0;
  ranges.keyEnd = 0;
  ranges.valueStart = 0;
  ranges.valueEnd = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) {
      ranges.keyEnd = readEnd(end);
      ranges.keyStart = wirePosition();
      seekWire(ranges.keyEnd);
    } else if (tag === 0x12) {
      ranges.valueEnd = readEnd(end);
      ranges.valueStart = wirePosition();
      seekWire(ranges.valueEnd);
    } else skipField(tag, end);
  }
  endMessage(end);
  return ranges;
}

/** Where the text of an AnyValue that is just a string begins; it ends with the AnyValue. -1 when it is anything else. */
export function stringValueStart(bytes: Uint8Array, valueStart: number, valueEnd: number): number {
  openWire(bytes, valueStart);
  if (valueStart >= valueEnd || readTag() !== 0x0a) return -1;
  return readEnd(valueEnd) === valueEnd ? wirePosition() : -1;
}

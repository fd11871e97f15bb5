/**
 * What the store needs to know of a span before it writes it, read in one walk over the span's body without decoding
 * the rest. The bytes have been checked by `indexSpans` before.
 */
import { decodeValue } from "./decode-attributes.ts";
import {
  endMessage,
  isZero,
  openWire,
  readEnd,
  readInt32,
  readMicroseconds,
  readTag,
  seekWire,
  skipField,
  wirePosition,
} from "./wire-reader.ts";

export interface SpanHeader {
  /** Where the 16 bytes of the trace id begin, relative to the bytes that were read. */
  readonly traceIdOffset: number;
  /** Where the 8 bytes of the span id begin. */
  readonly spanIdOffset: number;
  /** A parent span id that is not all zeros is there. */
  readonly hasParent: boolean;
  /** Microseconds since 1970, rounded down; exact. */
  readonly startTimeUs: number;
  readonly endTimeUs: number;
  /** OTLP's number: 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly attributeCount: number;
  /** Value of the first of the asked keys that is there and not blank, trimmed; an int as decimal text. */
  readonly conversationId: string | undefined;
}

const ATTRIBUTE = 0x4a;
const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const PARENT_SPAN_ID = 0x22;
const START_TIME = 0x39;
const END_TIME = 0x41;
const STATUS = 0x7a;
const STATUS_CODE = 0x18;

/** The ranges of the last KeyValue read: start inclusive, end exclusive. One object for the module, as spans have many. */
const ranges = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0 };

/** The asked keys as bytes. */
interface KeyPattern {
  readonly rank: number;
  readonly bytes: Uint8Array;
}

let patternKeys: readonly string[] = [];
/** By the length of the key: most attributes of a span are passed over by one look here. */
let patterns: (KeyPattern[] | undefined)[] = [];

/** Reads the span body at `offset`. `keys` are in order of precedence; pass the same array on every call. */
export function readSpanHeader(bytes: Uint8Array, offset: number, length: number, keys: readonly string[]): SpanHeader {
  if (keys !== patternKeys) compilePatterns(keys);
  const end = offset + length;
  let traceIdOffset = offset;
  let spanIdOffset = offset;
  let hasParent = false;
  let startTimeUs = 0;
  let endTimeUs = 0;
  let statusCode = 0;
  let attributeCount = 0;
  let conversationId: string | undefined;
  let rank = keys.length;
  openWire(bytes, offset);
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === ATTRIBUTE) {
      attributeCount += 1;
      readKeyValueRanges(readEnd(end));
      const found = rankOf(bytes, ranges.keyStart, ranges.keyEnd);
      if (found <= rank) {
        const id = readId(ranges.valueStart, ranges.valueEnd);
        if (id !== "") {
          conversationId = id;
          rank = found;
        }
      }
    } else if (tag === TRACE_ID) traceIdOffset = skipId(end);
    else if (tag === SPAN_ID) spanIdOffset = skipId(end);
    else if (tag === PARENT_SPAN_ID) hasParent = !isZero(skipId(end), wirePosition());
    else if (tag === START_TIME) startTimeUs = readMicroseconds();
    else if (tag === END_TIME) endTimeUs = readMicroseconds();
    else if (tag === STATUS) statusCode = readStatusCode(readEnd(end));
    else skipField(tag, end);
  }
  return {
    traceIdOffset,
    spanIdOffset,
    hasParent,
    startTimeUs,
    endTimeUs,
    statusCode,
    attributeCount,
    conversationId,
  };
}

/** Finds where key and AnyValue of the KeyValue up to `end` lie. */
function readKeyValueRanges(end: number): void {
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
}

function compilePatterns(keys: readonly string[]): void {
  patternKeys = keys;
  patterns = [];
  for (const [rank, key] of keys.entries()) {
    const bytes = Buffer.from(key);
    (patterns[bytes.length] ??= []).push({ rank, bytes });
  }
}

/** Place of the key among the asked keys, or Infinity. */
function rankOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const candidates = length < patterns.length ? patterns[length] : undefined;
  if (candidates === undefined) return Infinity;
  for (const { rank, bytes: key } of candidates) {
    let at = length - 1;
    while (at >= 0 && bytes[start + at] === key[at]) at -= 1;
    if (at < 0) return rank;
  }
  return Infinity;
}

/** The AnyValue as an id: text without white space around it, an int as decimal text, "" for anything else. */
function readId(start: number, end: number): string {
  const next = wirePosition();
  seekWire(start);
  const value = decodeValue(end, 1);
  seekWire(next);
  if (typeof value === "string") return value.trim();
  return typeof value === "bigint" ? value.toString() : "";
}

/** Passes over an id and returns where it begins. */
function skipId(end: number): number {
  const stop = readEnd(end);
  const start = wirePosition();
  seekWire(stop);
  return start;
}

function readStatusCode(end: number): number {
  let code = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === STATUS_CODE) code = readInt32();
    else skipField(tag, end);
  }
  return code;
}

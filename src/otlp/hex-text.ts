/** Ids as hex digits. Spans come trace by trace, so the last trace id is kept; a span id is put together without a call out of V8. */

/** Char codes of the two digits of each byte, the first in the high half. */
const DIGITS = Uint16Array.from({ length: 256 }, (_, byte) => {
  const digits = byte.toString(16).padStart(2, "0");
  return (digits.charCodeAt(0) << 8) | digits.charCodeAt(1);
});

/** The last 16 bytes that were asked for, as words, and their digits. */
let word0 = 0;
let word1 = 0;
let word2 = 0;
let word3 = 0;
let lastTraceId = "0".repeat(32);

/** Lower-case hex digits of `length` bytes at `start`; `view` and `source` are the same bytes. */
export function hexText(source: Buffer, view: DataView, start: number, length: number): string {
  if (length === 16) return traceIdText(source, view, start);
  if (length === 8) return spanIdText(source, start);
  return source.toString("hex", start, start + length);
}

function traceIdText(source: Buffer, view: DataView, start: number): string {
  const first = view.getInt32(start);
  const second = view.getInt32(start + 4);
  const third = view.getInt32(start + 8);
  const fourth = view.getInt32(start + 12);
  if (first !== word0 || second !== word1 || third !== word2 || fourth !== word3) {
    word0 = first;
    word1 = second;
    word2 = third;
    word3 = fourth;
    lastTraceId = source.toString("hex", start, start + 16);
  }
  return lastTraceId;
}

function spanIdText(source: Buffer, start: number): string {
  const a = DIGITS[source[start] ?? 0] ?? 0;
  const b = DIGITS[source[start + 1] ?? 0] ?? 0;
  const c = DIGITS[source[start + 2] ?? 0] ?? 0;
  const d = DIGITS[source[start + 3] ?? 0] ?? 0;
  const e = DIGITS[source[start + 4] ?? 0] ?? 0;
  const f = DIGITS[source[start + 5] ?? 0] ?? 0;
  const g = DIGITS[source[start + 6] ?? 0] ?? 0;
  const h = DIGITS[source[start + 7] ?? 0] ?? 0;
  return String.fromCharCode(
    a >> 8,
    a & 255,
    b >> 8,
    b & 255,
    c >> 8,
    c & 255,
    d >> 8,
    d & 255,
    e >> 8,
    e & 255,
    f >> 8,
    f & 255,
    g >> 8,
    g & 255,
    h >> 8,
    h & 255,
  );
}

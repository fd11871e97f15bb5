/**
 * Where the fields of an encoded span lie. Only read to find what two spans have in common, so nothing here throws and
 * nothing must be right: bytes that are not what they seem cost space, never content.
 */

/** Numbers a field takes in `fields`: start, end, start and end of the attribute's key (0 when it has none), start of its content. */
const WIDTH = 5;
const ATTRIBUTE = 0x4a;
const KEY = 0x0a;
const VALUE = 0x12;

export interface SpanOutline {
  readonly body: Buffer;
  readonly fields: Uint32Array;
  readonly fieldCount: number;
}

export interface OutlinedField {
  readonly start: number;
  readonly end: number;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Behind tags, lengths and key: from here two versions of a growing value are equal. */
  readonly contentStart: number;
}

let scratch = new Uint32Array(WIDTH * 64);

export function outlineSpan(body: Buffer): SpanOutline {
  let at = 0;
  let count = 0;
  while (at < body.length) {
    if ((count + 1) * WIDTH > scratch.length) scratch = grow(scratch);
    at = outlineField(body, at, count * WIDTH);
    count += 1;
  }
  return { body, fields: scratch.slice(0, count * WIDTH), fieldCount: count };
}

export function fieldAt({ fields }: SpanOutline, index: number): OutlinedField {
  const row = index * WIDTH;
  return {
    start: fields[row] ?? 0,
    end: fields[row + 1] ?? 0,
    keyStart: fields[row + 2] ?? 0,
    keyEnd: fields[row + 3] ?? 0,
    contentStart: fields[row + 4] ?? 0,
  };
}

/** Writes the field's row and returns where the next one begins: always further on, at most at the end. */
function outlineField(body: Buffer, start: number, row: number): number {
  const tag = body[start] ?? 0;
  let content = skipVarint(body, start);
  let end = body.length;
  let keyStart = 0;
  let keyEnd = 0;
  if ((tag & 7) === 2) {
    end = endOf(body, content, body.length);
    content = skipVarint(body, content);
    if (tag === ATTRIBUTE && body[content] === KEY) {
      keyEnd = endOf(body, content + 1, end);
      keyStart = skipVarint(body, content + 1);
      content = body[keyEnd] === VALUE ? skipHead(body, keyEnd + 1) : keyEnd;
    }
  } else if ((tag & 7) === 0) end = skipVarint(body, content);
  else if ((tag & 7) === 1) end = content + 8;
  else if ((tag & 7) === 5) end = content + 4;
  end = Math.min(end, body.length);
  scratch[row] = start;
  scratch[row + 1] = end;
  scratch[row + 2] = Math.min(keyStart, end);
  scratch[row + 3] = Math.min(keyEnd, end);
  scratch[row + 4] = Math.min(content, end);
  return end;
}

/** Behind the length of an AnyValue and, when it is a text, bytes, array or map, behind the head of that. */
function skipHead(body: Buffer, at: number): number {
  const inner = skipVarint(body, at);
  return ((body[inner] ?? 0) & 7) === 2 ? skipVarint(body, inner + 1) : inner;
}

/** Where a field ends whose length stands at `at`. */
function endOf(body: Buffer, at: number, limit: number): number {
  let length = 0;
  let scale = 1;
  for (let index = at; index < limit && index < at + 5; index += 1) {
    const byte = body[index] ?? 0;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return Math.min(index + 1 + length, limit);
    scale *= 128;
  }
  return limit;
}

function skipVarint(body: Buffer, at: number): number {
  let next = at;
  while (next < body.length && (body[next] ?? 0) >= 0x80) next += 1;
  return next + 1;
}

function grow(full: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(full.length * 2);
  larger.set(full);
  return larger;
}

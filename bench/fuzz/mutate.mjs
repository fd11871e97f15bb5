// Changes requests so that they go wrong in many depths: anywhere in the bytes, in one field with everything around it still
// well-formed, and in the JSON that attributes hold. `random` returns numbers in [0, 1).

/** A body of the same encoding; `other` lends parts. */
export function mutate(body, encoding, other, random) {
  const times = 1 + Math.floor(random() * random() * 4);
  let changed = body;
  for (let time = 0; time < times; time += 1) changed = mutateOnce(changed, encoding, other, random);
  return changed;
}

function mutateOnce(body, encoding, other, random) {
  if (random() < 0.25) return mutateBytes(body, other, random);
  return encoding === "protobuf" ? mutateMessage(body, other, random, 0) : mutateJsonText(body, random);
}

const pick = (list, random) => list[Math.floor(random() * list.length)];
const upTo = (limit, random) => Math.floor(random() * (limit + 1));

const INTERESTING = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0x0b],
  [0x0c],
  [0xed, 0xa0, 0x80],
  [0xc0, 0xaf],
  [0xef, 0xbb, 0xbf],
].map((bytes) => Buffer.from(bytes));

/** Anywhere, without regard to what it means. */
function mutateBytes(body, other, random) {
  const at = upTo(body.length, random);
  const length = upTo(Math.min(64, body.length - at), random);
  const from = upTo(other.length, random);
  const changes = [
    () => flipBit(body, random),
    () => body.subarray(0, at),
    () => Buffer.concat([body.subarray(0, at), body.subarray(at + length)]),
    () => Buffer.concat([body.subarray(0, at), pick(INTERESTING, random), body.subarray(at + length)]),
    () => Buffer.concat([body.subarray(0, at + length), body.subarray(at)]),
    () => Buffer.concat([body.subarray(0, at), other.subarray(from)]),
    () => Buffer.concat([body.subarray(0, at), other.subarray(from, from + length), body.subarray(at)]),
  ];
  return pick(changes, random)();
}

function flipBit(body, random) {
  const copy = Buffer.from(body);
  if (copy.length > 0) copy[Math.floor(random() * copy.length)] ^= 1 << Math.floor(random() * 8);
  return copy;
}

/** One field of a message, or of one within it; all lengths around it are made to fit again. */
function mutateMessage(bytes, other, random, depth) {
  const fields = readFields(bytes);
  if (fields === undefined || fields.length === 0) return mutateContent(bytes, other, random);
  const field = pick(fields, random);
  const { tag, content, start, end } = field;
  const around = (...middle) => Buffer.concat([bytes.subarray(0, start), ...middle, bytes.subarray(end)]);
  if (content !== undefined && content.length > 0 && random() < (depth < 3 ? 0.95 : 0.75))
    return around(withLength(tag, mutateMessage(content, other, random, depth + 1)));
  const whole = bytes.subarray(start, end);
  const changes = [
    () => around(),
    () => around(whole, whole),
    () => around(...Array.from({ length: 50 }, () => whole)),
    () => around(whole, bytes.subarray(pick(fields, random).start, end)),
    () => around(varint(tag), pick(INTERESTING, random)),
    () => around(varint((tag & ~7) | Math.floor(random() * 8)), whole.subarray(1)),
    () => around(varint(Math.floor(random() * 200)), whole.subarray(1)),
    () => around(varint(tag), varint(Math.floor(random() * 2 ** 31)), content ?? Buffer.alloc(0)),
    () => around(withLength(tag, other.subarray(0, upTo(100, random)))),
    () => around(withLength(tag, nested(upTo(300, random), random))),
    () => around(withLength(tag, Buffer.alloc(0))),
  ];
  return pick(changes, random)();
}

function mutateContent(content, other, random) {
  const isJson = content[0] === 0x5b || content[0] === 0x7b; // [ {
  return isJson && random() < 0.7 ? mutateJsonText(content, random) : mutateBytes(content, other, random);
}

/** Values in values in values. */
function nested(levels, random) {
  let body = Buffer.from([0x0a, 0x01, 0x78]);
  for (let level = 0; level < levels; level += 1)
    body =
      random() < 0.5
        ? withLength(0x2a, withLength(0x0a, body))
        : withLength(0x32, withLength(0x0a, withLength(0x12, body)));
  return body;
}

/** The fields of a message, one level of them; undefined when the bytes are none. */
function readFields(bytes) {
  const fields = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value >>> 3 === 0) return undefined;
    at = tag.end;
    const field = { tag: tag.value, start, end: at };
    const wireType = tag.value & 7;
    if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 0 || wireType === 2) {
      const value = readVarint(bytes, at);
      if (value === undefined) return undefined;
      at = value.end;
      if (wireType === 2) {
        field.content = bytes.subarray(at, at + value.value);
        at += value.value;
      }
    } else return undefined;
    if (at > bytes.length) return undefined;
    field.end = at;
    fields.push(field);
  }
  return fields;
}

/** At most 32 bits: what is longer is not one of the captures' lengths. */
function readVarint(bytes, start) {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return undefined;
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const withLength = (tag, content) => Buffer.concat([varint((tag & ~7) | 2), varint(content.length), content]);

const VALUES = [
  null,
  true,
  0,
  -1,
  1e21,
  2 ** 60,
  1.5,
  "",
  "\0",
  "\ud800",
  "__proto__",
  "constructor",
  "9223372036854775808",
  "1e999",
  "x".repeat(5000),
  [],
  {},
  [null],
  [[[[]]]],
  { __proto__: null, constructor: { prototype: { polluted: 1 } } },
  { role: "user", content: "x" },
  { type: "text", text: 5 },
  JSON.parse('{"__proto__":{"polluted":1}}'),
];

/** Some value within it is replaced, removed, doubled or moved; text that is no JSON only has its bytes changed. */
function mutateJsonText(text, random) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateBytes(text, text, random);
  }
  return Buffer.from(JSON.stringify(mutateJson(value, random, 0)) ?? "");
}

function mutateJson(value, random, depth) {
  const isContainer = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (isContainer && random() < (depth < 4 ? 0.95 : 0.8)) return mutateMember(value, random, depth);
  const text = typeof value === "string" && /^[[{]/.test(value) && random() < 0.7;
  if (text) return mutateJsonText(Buffer.from(value), random).toString();
  return random() < 0.2 ? [value, value] : pick(VALUES, random);
}

function mutateMember(value, random, depth) {
  const keys = Object.keys(value);
  const key = pick(keys, random);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const chance = random();
  if (chance < 0.08) delete copy[key];
  else if (chance < 0.16) copy[pick(keys, random)] = copy[key];
  else if (chance < 0.2 && !Array.isArray(copy))
    return Object.fromEntries(
      Object.entries(copy).map(([name, member]) => [name === key ? "__proto__ " : name, member]),
    );
  else copy[key] = mutateJson(copy[key], random, depth + 1);
  return copy;
}

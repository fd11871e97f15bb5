/** Protobuf by hand, for bytes that no encoder would write. */
import type { AttributeValue } from "../../src/model/span.ts";

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export function tag(field: number, wireType: number): Buffer {
  return varint(BigInt(field) * 8n + BigInt(wireType));
}

/** A length-delimited field: text, bytes, or a message made of fields. */
export function field(number: number, ...content: (Uint8Array | string)[]): Buffer {
  const body = message(...content);
  return Buffer.concat([tag(number, 2), varint(body.length), body]);
}

export function message(...content: (Uint8Array | string)[]): Buffer {
  return Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

export function varintField(number: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(number, 0), varint(value)]);
}

export function fixed64Field(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([tag(number, 1), bytes]);
}

export function fixed32Field(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([tag(number, 5), bytes]);
}

export const TRACE_ID = Buffer.from("0af7651916cd43dd8448eb211c80319c", "hex");
export const SPAN_ID = Buffer.from("b7ad6b7169203331", "hex");

/** A span with valid ids and the given further fields. */
export function spanBody(...fields: Uint8Array[]): Buffer {
  return message(field(1, TRACE_ID), field(2, SPAN_ID), ...fields);
}

/** An export request with one resource and one scope; traces and logs have the same envelope. */
export function requestOf(...records: Uint8Array[]): Buffer {
  return field(1, field(2, ...records.map((record) => field(2, record))));
}

/** A KeyValue. `value` is the body of an AnyValue. */
export function keyValue(key: Uint8Array | string, value: Uint8Array): Buffer {
  return message(field(1, key), field(2, value));
}

/** An array in an array in an array ...: the body of an AnyValue that is `levels` AnyValues deep. */
export function nestedArray(levels: number, innermost: Uint8Array = field(1, "deep")): Buffer {
  return nest(levels, innermost, (length) => {
    const inner = lengthPrefix(1, length);
    return [lengthPrefix(5, inner.length + length), inner];
  });
}

/** As nestedArray, with kvlists of one key `k`. */
export function nestedMap(levels: number): Buffer {
  return nest(levels, field(1, "deep"), (length) => {
    const pair = message(field(1, "k"), lengthPrefix(2, length));
    const inner = lengthPrefix(1, pair.length + length);
    return [lengthPrefix(6, inner.length + pair.length + length), inner, pair];
  });
}

const lengthPrefix = (number: number, length: number): Buffer => Buffer.concat([tag(number, 2), varint(length)]);

/** From the inside out; `prefixesOf` gets the length of what follows them. All are joined once: levels are copied once. */
function nest(levels: number, innermost: Uint8Array, prefixesOf: (length: number) => readonly Buffer[]): Buffer {
  const parts: Uint8Array[] = [innermost];
  let length = innermost.length;
  for (let level = 1; level < levels; level += 1) {
    const prefixes = prefixesOf(length);
    parts.push(...prefixes.toReversed());
    for (const prefix of prefixes) length += prefix.length;
  }
  return Buffer.concat(parts.reverse());
}

/** How many arrays or maps the value consists of, and what is innermost. */
export function unnest(value: AttributeValue | undefined): [levels: number, innermost: AttributeValue | undefined] {
  let levels = 0;
  let inner = value;
  while (typeof inner === "object" && inner !== null && !(inner instanceof Uint8Array)) {
    const [first] = inner.values();
    inner = first;
    levels += 1;
  }
  return [levels, inner];
}

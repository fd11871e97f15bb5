/** KeyValue and AnyValue (`common.proto`), read at the cursor. */
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import { MAX_VALUE_DEPTH } from "./check-message.ts";
import {
  endMessage,
  readBool,
  readKey,
  readBytes,
  readDouble,
  readEnd,
  readInt64,
  readTag,
  readValueText,
  seekWire,
  skipField,
  wirePosition,
} from "./wire-reader.ts";

/** Reads one KeyValue into `attributes`; of equal keys the last wins. */
export function decodeKeyValue(attributes: Map<string, AttributeValue>, end: number, depth: number): void {
  let key = "";
  let value: AttributeValue = null;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) key = readKey(readEnd(end));
    else if (tag === 0x12) value = decodeValue(readEnd(end), depth + 1);
    else skipField(tag, end);
  }
  endMessage(end);
  attributes.set(key, value);
}

/** Reads the AnyValue up to `end`, which is the `depth`th of those around it, itself included. */
export function decodeValue(end: number, depth: number): AttributeValue {
  let value: AttributeValue = null;
  if (depth > MAX_VALUE_DEPTH) seekWire(end);
  while (wirePosition() < end) {
    const tag = readTag();
    switch (tag) {
      case 0x0a:
        value = readValueText(readEnd(end));
        break;
      case 0x10:
        value = readBool();
        break;
      case 0x18:
        value = readInt64();
        break;
      case 0x21:
        value = readDouble();
        break;
      case 0x2a:
        value = decodeArray(readEnd(end), depth);
        break;
      case 0x32:
        value = decodeMap(readEnd(end), depth);
        break;
      case 0x3a:
        value = readBytes(readEnd(end));
        break;
      default:
        skipField(tag, end);
    }
  }
  endMessage(end);
  return value;
}

function decodeArray(end: number, depth: number): readonly AttributeValue[] {
  const values: AttributeValue[] = [];
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) values.push(decodeValue(readEnd(end), depth + 1));
    else skipField(tag, end);
  }
  endMessage(end);
  return values;
}

function decodeMap(end: number, depth: number): AttributeMap {
  const values = new Map<string, AttributeValue>();
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) decodeKeyValue(values, readEnd(end), depth);
    else skipField(tag, end);
  }
  endMessage(end);
  return values;
}

/** KeyValue and AnyValue (`common.proto`). */
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import { isArrayValue } from "./attribute-value.ts";
import { closeField, openField, writeBool, writeBytes, writeDouble, writeInt64, writeText } from "./wire-writer.ts";

export function writeAttributes(field: number, attributes: AttributeMap): void {
  for (const [key, value] of attributes) {
    const start = openField(field);
    writeText(1, key);
    writeValue(2, value);
    closeField(start);
  }
}

/** `null` is an AnyValue in which nothing is set. */
export function writeValue(field: number, value: AttributeValue): void {
  const start = openField(field);
  if (typeof value === "string") writeText(1, value);
  else if (typeof value === "boolean") writeBool(2, value);
  else if (typeof value === "bigint") writeInt64(3, value);
  else if (typeof value === "number") writeDouble(4, value);
  else if (value instanceof Uint8Array) writeBytes(7, value);
  else if (isArrayValue(value)) writeArray(value);
  else if (value !== null) writeMap(value);
  closeField(start);
}

function writeArray(values: readonly AttributeValue[]): void {
  const start = openField(5);
  for (const value of values) writeValue(1, value);
  closeField(start);
}

function writeMap(values: AttributeMap): void {
  const start = openField(6);
  writeAttributes(1, values);
  closeField(start);
}

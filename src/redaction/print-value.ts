import type { AttributeValue } from "../model/span.ts";

/** The value as text: itself, bytes as base64, lists and maps as JSON. What is searched or hashed when a value is not text. */
export function printValue(value: AttributeValue): string {
  if (value === null) return "";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "object" ? JSON.stringify(value, printMember) : String(value);
}

function printMember(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value instanceof Map ? Object.fromEntries<unknown>(value) : value;
}

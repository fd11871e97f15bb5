import { createHash } from "node:crypto";
import type { AttributeValue } from "../../model/span.ts";
import { printValue } from "../../redaction/print-value.ts";

/** SHA-256 in hex, as the collector hashes: of the UTF-8 of a text, of the eight bytes of a number, of the byte 0 or 1. */
export function hashValue(value: AttributeValue): string {
  return createHash("sha256").update(bytesOf(value)).digest("hex");
}

function bytesOf(value: AttributeValue): Uint8Array | string {
  if (typeof value === "boolean") return new Uint8Array([value ? 1 : 0]);
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "bigint" && typeof value !== "number") return printValue(value);
  const bytes = Buffer.alloc(8);
  if (typeof value === "bigint") bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  else bytes.writeDoubleLE(value);
  return bytes;
}

const wholeNumber = /^[+-]?\d{1,19}$/;
const decimalNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** What cannot be converted stays as it is. */
export function convertValue(value: AttributeValue, type: "int" | "double" | "string" | undefined): AttributeValue {
  if (type === "int") return toInt(value);
  if (type === "double") return toDouble(value);
  return value === null ? value : printValue(value);
}

/** Fractions are cut off. */
function toInt(value: AttributeValue): AttributeValue {
  if (typeof value === "boolean") return value ? 1n : 0n;
  const whole = typeof value === "string" && wholeNumber.test(value) ? BigInt(value.replace("+", "")) : wholeOf(value);
  return whole !== undefined && BigInt.asIntN(64, whole) === whole ? whole : value;
}

function wholeOf(value: AttributeValue): bigint | undefined {
  return typeof value === "number" && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
}

function toDouble(value: AttributeValue): AttributeValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && decimalNumber.test(value) ? Number(value) : value;
}

/**
 * Reads the fields of one OTLP/JSON message. Names are accepted in lowerCamelCase and in snake_case, `null` is absent
 * (proto3 JSON). What a field must not hold is noted as a problem of the record and read as the field's default, so that
 * a body full of nonsense costs no stack traces.
 */
import type { JsonValue } from "../model/session.ts";
import { MAX_PARTS, TOO_MANY_PARTS } from "./check-message.ts";
import { isArray, isObject, type JsonObject } from "./parse-json.ts";

const NANOSECONDS_END = 1n << 64n;
const INT64_END = 1n << 63n;
const INT64_END_NUMBER = 2 ** 63;
const UINT32_END = 2 ** 32;

/** Any integer of 64 bits; longer digits are not tried, converting them takes quadratic time. */
const INTEGER = /^-?\d{1,20}$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const HEX = /^[0-9a-fA-F]*$/;
const BASE64 = /^[0-9A-Za-z+/_-]*={0,2}$/;

let problem = "";
let parts = 0;

/** Notes what is wrong; the first problem of a record is the one that is told. */
export function complain(about: string): void {
  if (problem === "") problem = about;
}

/** Whether there was a problem since the last call of `takeProblem`. */
export function hasProblem(): boolean {
  return problem !== "";
}

/** The problem since the last call, or "". What comes next is of another record. */
export function takeProblem(): string {
  const taken = problem;
  problem = "";
  parts = 0;
  return taken;
}

const snakeNames = new Map<string, string>();

function snakeName(name: string): string {
  const known = snakeNames.get(name);
  if (known !== undefined) return known;
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakeNames.set(name, snake);
  return snake;
}

/** The value of the field; undefined when it is absent or null. `name` is in lowerCamelCase and one of our own. */
export function fieldOf(message: JsonObject, name: string): JsonValue | undefined {
  return message[name] ?? message[snakeName(name)] ?? undefined;
}

/** A lone surrogate stays until the text is encoded; it becomes U+FFFD then. */
export function textOf(message: JsonObject, name: string): string {
  const value = fieldOf(message, name);
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  complain(`${name} is not a string`);
  return "";
}

export function listOf(message: JsonObject, name: string): readonly JsonValue[] {
  const value = fieldOf(message, name);
  if (value === undefined) return [];
  if (isArray(value)) return value;
  complain(`${name} is not an array`);
  return [];
}

/** A list of what a record is made of: attributes, events, links, values. See MAX_PARTS; too long a list is not read. */
export function partsOf(message: JsonObject, name: string): readonly JsonValue[] {
  const list = listOf(message, name);
  parts += list.length;
  if (parts <= MAX_PARTS) return list;
  complain(TOO_MANY_PARTS);
  return [];
}

export function objectOf(message: JsonObject, name: string): JsonObject | undefined {
  const value = fieldOf(message, name);
  if (value === undefined || isObject(value)) return value;
  complain(`${name} is not an object`);
  return undefined;
}

/**
 * An id in lower-case hex digits, or "" when it is absent. Base64, which is what proto3 JSON makes of bytes, is what the
 * specification says that ids are not ("JSON Protobuf Encoding"); who sends it is told so.
 */
export function idOf(message: JsonObject, name: string, bytes: number): string {
  const value = textOf(message, name);
  if (value === "" || (value.length === bytes * 2 && HEX.test(value))) return value.toLowerCase();
  const isBase64 = BASE64.test(value) && Buffer.byteLength(value, "base64") === bytes;
  complain(
    `${name} is not ${bytes * 2} hex digits${isBase64 ? ", but base64, which OTLP/JSON does not use for ids" : ""}`,
  );
  return "";
}

/** A time in nanoseconds: fixed64. */
export function nanosecondsOf(message: JsonObject, name: string): bigint {
  const value = fieldOf(message, name);
  if (value === undefined) return 0n;
  const integer = integerOf(value);
  if (integer !== undefined && integer >= 0n && integer < NANOSECONDS_END) return integer;
  complain(`${name} is not a 64-bit integer`);
  return 0n;
}

export function uint32Of(message: JsonObject, name: string): number {
  const value = fieldOf(message, name);
  if (value === undefined) return 0;
  const number = numberOf(value);
  if (Number.isInteger(number) && number >= 0 && number < UINT32_END) return number;
  complain(`${name} is not a 32-bit integer`);
  return 0;
}

/** An enum: a number, also one that we do not know, or one of the names. */
export function enumOf(message: JsonObject, name: string, numbers: ReadonlyMap<string, number>): number {
  const value = fieldOf(message, name);
  if (value === undefined) return 0;
  const number = (typeof value === "string" ? numbers.get(value) : undefined) ?? numberOf(value);
  if (number === (number | 0)) return number;
  complain(`${name} is not one of its numbers or names`);
  return 0;
}

/** An int64; a double when it is a number that is none, as the JavaScript SDK sends 1e+21. */
export function int64Of(value: JsonValue): bigint | number {
  const integer = integerOf(value);
  if (integer !== undefined && integer >= -INT64_END && integer < INT64_END) return integer;
  const number = numberOf(value);
  if (Number.isNaN(number)) complain("intValue is not a number");
  return number;
}

/** A number, a number in a string, or one of proto3 JSON's "NaN", "Infinity" and "-Infinity". */
export function doubleOf(value: JsonValue): number {
  if (value === "NaN") return NaN;
  if (value === "Infinity" || value === "-Infinity") return Number(value);
  const number = numberOf(value);
  if (Number.isNaN(number)) complain("doubleValue is not a number");
  return number;
}

/** Base64 in either alphabet, padded or not. */
export function bytesOf(value: JsonValue): Uint8Array {
  if (typeof value === "string" && BASE64.test(value)) return new Uint8Array(Buffer.from(value, "base64"));
  complain("bytesValue is not base64");
  return new Uint8Array(0);
}

/** The value as an integer, if it is one: digits, a number without a fraction, or an exponent that leaves none. */
function integerOf(value: JsonValue): bigint | undefined {
  if (typeof value === "string" && INTEGER.test(value)) return BigInt(value);
  const number = numberOf(value);
  return Number.isInteger(number) && Math.abs(number) <= 2 * INT64_END_NUMBER ? BigInt(number) : undefined;
}

/** NaN when the value is neither a number nor a string that is one. */
function numberOf(value: JsonValue): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && NUMBER.test(value) ? Number(value) : NaN;
}

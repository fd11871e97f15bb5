/** The text of an OTLP/JSON body as JSON values. */
import type { JsonValue } from "../model/session.ts";
import { MalformedError } from "./malformed-error.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * A body may hold so many JSON values. Parsed they take up to a hundred times the bytes of the text, so a limit on bytes
 * does not bound what a body costs. 64 MiB of an agent's spans have about as many.
 */
export const MAX_VALUES = 2_000_000;

/** Is there a bare integer that a double may not hold? It may also lie within a string; then it is looked at twice. */
const LARGE_INTEGER = /[:[,]\s*-?\d{16}/;

/** From here on a number does not fit into 64 bits, and a double is as good as any. */
const MOST_DIGITS = 20;

/**
 * Parses the body of a request. A byte order mark is passed over, what is not UTF-8 becomes U+FFFD. Bare integers of 16 to
 * 20 digits come out as strings, which OTLP/JSON treats alike, because JSON.parse would round them. Throws MalformedError
 * when the body is not a JSON object, or one of too many values.
 */
export function parseJsonBody(body: Uint8Array): JsonObject {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("utf8");
  if (text.length > MAX_VALUES && hasTooManyValues(text))
    throw new MalformedError(`The body holds more than ${MAX_VALUES} JSON values: send smaller batches.`);
  const value = parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  if (!isObject(value)) throw new MalformedError("The body is not a JSON object.");
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(LARGE_INTEGER.test(text) ? quoteLargeIntegers(text) : text);
  } catch (error) {
    // V8's message quotes the body, which belongs in no response and no log.
    throw new MalformedError("The body is not well-formed JSON.", { cause: error });
  }
}

/** Puts quotation marks around the integers of 16 to 20 digits that are not part of a string, a fraction or an exponent. */
function quoteLargeIntegers(text: string): string {
  const pieces: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code !== MINUS && !isDigit(code)) at += 1;
    else {
      const start = at;
      at = endOfNumber(text, at);
      const number = text.slice(start, at);
      if (isLargeInteger(number)) {
        pieces.push(text.slice(copied, start), `"${number}"`);
        copied = at;
      }
    }
  }
  return pieces.join("") + text.slice(copied);
}

/** Counts what stands in front of a value, outside of strings: a bracket or a comma. */
function hasTooManyValues(text: string): boolean {
  let values = 0;
  let at = 0;
  while (at < text.length && values <= MAX_VALUES) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === BRACKET || code === BRACE) values += 1;
    at = code === QUOTE ? endOfString(text, at) : at + 1;
  }
  return values > MAX_VALUES;
}

const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Where the string that begins at `start` is over. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 1;
}

/** Where the number that begins at `start` is over: digits, sign, point and exponent. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && "0123456789+-.eE".includes(text.charAt(at))) at += 1;
  return at;
}

function isLargeInteger(number: string): boolean {
  return number.length >= 16 && number.length <= MOST_DIGITS + 1 && /^-?[1-9]\d{15,19}$/.test(number);
}

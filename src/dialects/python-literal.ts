/** Python's print of plain data, as callbacks of Python libraries hand it on: `{'order_id': 'A-1', 'express': True}`. */
import type { JsonValue } from "../model/session.ts";

const maxDepth = 50;
const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+/y;
const words = new Map<string, JsonValue>([
  ["True", true],
  ["False", false],
  ["None", null],
]);
const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
]);

interface Read {
  readonly value: JsonValue;
  /** Where the text goes on. */
  readonly end: number;
}

/** A dict as an object, a list or tuple as a list. Undefined for anything else, and for what is nested deeper than 50. */
export function parsePythonLiteral(text: string): JsonValue | undefined {
  if (!/^\s*[[{(]/.test(text)) return undefined;
  const read = readValue(text, 0, 0);
  return read !== undefined && skipSpace(text, read.end) === text.length ? read.value : undefined;
}

function readValue(text: string, from: number, depth: number): Read | undefined {
  const at = skipSpace(text, from);
  const first = text[at];
  if (depth > maxDepth || first === undefined) return undefined;
  if (first === "'" || first === '"') return readString(text, at);
  if (first === "{") return readDict(text, at, depth);
  if (first === "[") return readList(text, at, "]", depth);
  if (first === "(") return readList(text, at, ")", depth);
  return readWord(text, at);
}

function readWord(text: string, at: number): Read | undefined {
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { value: Number(number), end: at + number.length };
  const word = matchAt(WORD, text, at) ?? "";
  const value = words.get(word);
  return value === undefined ? undefined : { value, end: at + word.length };
}

function readList(text: string, start: number, close: string, depth: number): Read | undefined {
  const value: JsonValue[] = [];
  for (let at = skipSpace(text, start + 1); ; at = skipSpace(text, at)) {
    if (text[at] === close) return { value, end: at + 1 };
    const element = readValue(text, at, depth + 1);
    if (element === undefined) return undefined;
    value.push(element.value);
    at = skipSpace(text, element.end);
    if (text[at] === ",") at++;
    else if (text[at] !== close) return undefined;
  }
}

function readDict(text: string, start: number, depth: number): Read | undefined {
  const members: [string, JsonValue][] = [];
  for (let at = skipSpace(text, start + 1); ; at = skipSpace(text, at)) {
    if (text[at] === "}") return { value: Object.fromEntries(members), end: at + 1 };
    const key = readString(text, at);
    const colon = key === undefined ? at : skipSpace(text, key.end);
    const inner = text[colon] === ":" ? readValue(text, colon + 1, depth + 1) : undefined;
    if (key === undefined || inner === undefined) return undefined;
    members.push([key.value, inner.value]);
    at = skipSpace(text, inner.end);
    if (text[at] === ",") at++;
    else if (text[at] !== "}") return undefined;
  }
}

function readString(text: string, start: number): { readonly value: string; readonly end: number } | undefined {
  const quote = text[start];
  if (quote !== "'" && quote !== '"') return undefined;
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return { value, end: at + 1 };
    if (char !== "\\") {
      value += char;
      continue;
    }
    const code = /^(?:x([\da-f]{2})|u([\da-f]{4}))/i.exec(text.slice(at + 1, at + 6));
    const next = text.charAt(at + 1);
    value += code === null ? (escapes.get(next) ?? next) : String.fromCharCode(parseInt(code[1] ?? code[2] ?? "", 16));
    at += code === null ? 1 : code[0].length;
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/**
 * Finds the elements of a JSON list in its text without parsing them. A list that is cut off gives the elements that are
 * whole, and a list that grew is read on from where the shorter one ended.
 */

export interface ListScan {
  /** Where each element begins and (exclusive) ends. */
  readonly elements: readonly (readonly [start: number, end: number])[];
  /** False when the text ends before the list does. */
  readonly closed: boolean;
}

/** `from`: the offset of the `[`, or the end of an element after which to go on. */
export function scanList(text: string, from: number): ListScan {
  const elements: [number, number][] = [];
  let at = skipSpace(text, text[from] === "[" ? from + 1 : from);
  for (;;) {
    if (text[at] === "]") return { elements, closed: true };
    if (text[at] === ",") at = skipSpace(text, at + 1);
    const end = endOfValue(text, at);
    if (end === undefined) return { elements, closed: false };
    elements.push([at, end]);
    at = skipSpace(text, end);
    if (text[at] !== "," && text[at] !== "]") return { elements, closed: false };
  }
}

/** Offset of the value of the first of these members at the top level of an object; undefined when there is none. */
export function findMember(text: string, names: readonly string[]): number | undefined {
  let at = skipSpace(text, 0);
  if (text[at] !== "{") return undefined;
  for (;;) {
    at = skipSpace(text, at + 1);
    const nameEnd = text[at] === '"' ? endOfString(text, at) : undefined;
    if (nameEnd === undefined) return undefined;
    const name = text.slice(at + 1, nameEnd - 1);
    const colon = skipSpace(text, nameEnd);
    const value = skipSpace(text, colon + 1);
    if (text[colon] !== ":") return undefined;
    if (names.includes(name)) return value;
    const end = endOfValue(text, value);
    at = end === undefined ? text.length : skipSpace(text, end);
    if (text[at] !== ",") return undefined;
  }
}

/** Is this JSON that ends before its object or list does? Text that only begins with a bracket is none. */
export function isCutOff(text: string): boolean {
  const start = skipSpace(text, 0);
  const next = text[skipSpace(text, start + 1)] ?? "";
  const begins = text[start] === "{" ? next === '"' || next === "" : isListStart(text, start);
  return begins && endOfStructure(text, start) === undefined;
}

/** Does a list of messages or other structures begin here, or only a text in brackets? */
export function isListStart(text: string, at: number): boolean {
  const next = text[skipSpace(text, at + 1)] ?? "";
  return text[at] === "[" && ["", "{", "[", '"', "]"].includes(next);
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

function endOfValue(text: string, start: number): number | undefined {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first === "{" || first === "[") return endOfStructure(text, start);
  let at = start;
  while (at < text.length && !",]} \t\r\n".includes(text.charAt(at))) at++;
  return at === start || at === text.length ? undefined : at;
}

/** Behind the closing quote of the string that begins here; undefined when it has none. */
export function endOfString(text: string, start: number): number | undefined {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? undefined : quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function endOfStructure(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = endOfString(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1;
  }
  return undefined;
}

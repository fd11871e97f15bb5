/** Python's regular expressions (`re`, for `str`) as JavaScript's. */
import { InvalidInputError } from "./evaluation-error.ts";
import { pythonSpace } from "./python-text.ts";

/**
 * The same language where JavaScript can say it: `.` is all but a line feed, `$` also stands before a last line feed, `\d`, `\w`,
 * `\s`, `\b` know all scripts, and `(?P<name>…)`, `(?P=name)`, `\A`, `\Z`, `(?i)`, `(?m)`, `(?s)` at the start are understood. Throws
 * InvalidInputError 050009 for what is no pattern, and for verbose patterns, atomic groups, possessive quantifiers, conditions,
 * flags of single groups and repeated assertions. A reference to a group that took no part is empty, where Python's fails. It
 * backtracks, as Python does: patterns are for those who write expectations, not for agents.
 */
export function compilePythonPattern(pattern: string, { whole = false } = {}): RegExp {
  const { flags, rest } = takeFlags(pattern);
  const source = rest.replace(token, (text) => translate(text, flags));
  try {
    return new RegExp(whole ? `^(?:${source})$` : source, flags.includes("i") ? "iv" : "v");
  } catch (error) {
    throw new InvalidInputError("050009", "The regular expression is not valid.", { cause: error });
  }
}

const escape = String.raw`\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|0[0-7]{0,2}|[1-3][0-7]{2}|[1-9]\d?|[\s\S])`;
const escapeOrChar = new RegExp(`${escape}|[\\s\\S]`, "gu");
const token = new RegExp(
  [
    escape,
    String.raw`\[(?:\^|(?!\^))(?:\]|(?!\]))(?:\\[\s\S]|[^\]\\])*\]`,
    String.raw`\(\?(?:P<\w+>|P=\w+\)|#[^)]*\)|<?[=!]|:)`,
    String.raw`\(\?`,
    String.raw`\{(?:\d+|\d*,\d*)\}`,
    String.raw`[\s\S]`,
  ].join("|"),
  "gu",
);

function takeFlags(pattern: string): { readonly flags: string; readonly rest: string } {
  const [all = "", flags = ""] = /^\(\?([a-zA-Z]+)\)/.exec(pattern) ?? [];
  if (/[^imsu]/.test(flags)) refuse(`the flags ${flags}`);
  return { flags, rest: pattern.slice(all.length) };
}

function translate(text: string, flags: string): string {
  if (text === ".") return flags.includes("s") ? String.raw`[\s\S]` : String.raw`[^\n]`;
  if (text === "^") return flags.includes("m") ? String.raw`(?<![^\n])` : "^";
  if (text === "$") return flags.includes("m") ? String.raw`(?![^\n])` : String.raw`(?=\n?$)`;
  if (text.length > 1 && text.startsWith("[")) return translateClass(text);
  if (text.startsWith("\\")) return anchors.get(text) ?? translateEscape(text, false);
  if (text.startsWith("(?")) return translateGroup(text);
  if (text.length > 1 && text.startsWith("{")) return text.replace("{,", "{0,");
  if (text === "[") return refuse("a set without its end");
  return "()|*+?".includes(text) ? text : literal(text);
}

function translateGroup(text: string): string {
  if (text === "(?") return refuse("this kind of group");
  if (text.startsWith("(?P<")) return text.replace("P", "");
  if (text.startsWith("(?P=")) return String.raw`\k<${text.slice(4, -1)}>`;
  return text.startsWith("(?#") ? "" : text;
}

function translateClass(text: string): string {
  const start = text.startsWith("[^") ? "[^" : "[";
  const items = text.slice(start.length, -1).match(escapeOrChar) ?? [];
  const parts: string[] = [];
  for (let i = 0; i < items.length; i++) {
    const [item = "", dash, last] = items.slice(i, i + 3);
    const isRange = dash === "-" && last !== undefined;
    parts.push(isRange ? `${translateItem(item)}-${translateItem(last)}` : translateItem(item));
    if (isRange) i += 2;
  }
  return `${start}${parts.join("")}]`;
}

const translateItem = (item: string): string => (item.startsWith("\\") ? translateEscape(item, true) : literal(item));

const word = String.raw`[\p{L}\p{N}_]`;

/** Lookaheads, and no mere groups: what stands between characters cannot be repeated, in Python neither. */
const anchors: ReadonlyMap<string, string> = new Map([
  ["\\A", "^"],
  ["\\Z", "$"],
  ["\\b", `(?=(?<=${word})(?!${word})|(?<!${word})(?=${word}))`],
  ["\\B", `(?=(?<=${word})(?=${word})|(?<!${word})(?!${word}))`],
]);

const sets: ReadonlyMap<string, string> = new Map([
  ["\\d", String.raw`\p{Nd}`],
  ["\\D", String.raw`\P{Nd}`],
  ["\\w", word],
  ["\\W", String.raw`[^\p{L}\p{N}_]`],
  ["\\s", `[${pythonSpace}]`],
  ["\\S", `[^${pythonSpace}]`],
]);

const controls: ReadonlyMap<string, string> = new Map([
  ["\\a", "\x07"],
  ["\\f", "\f"],
  ["\\n", "\n"],
  ["\\r", "\r"],
  ["\\t", "\t"],
  ["\\v", "\v"],
]);

function translateEscape(text: string, inClass: boolean): string {
  const set = sets.get(text);
  if (set !== undefined) return set;
  const control = inClass && text === "\\b" ? "\b" : controls.get(text);
  if (control !== undefined) return literal(control);
  const code = text.slice(1);
  if (/^[xuU]./.test(code)) return literalCode(Number.parseInt(code.slice(1), 16));
  if (/^0|^[1-3][0-7]{2}$/.test(code)) return literalCode(Number.parseInt(code, 8));
  if (/^\d/.test(code) && !inClass) return `(?:\\${code})`;
  return code === "" || /^[A-Za-z\d]/.test(code) ? refuse(`the escape ${text}`) : literal(code);
}

const literal = (char: string): string => (/^[A-Za-z0-9]$/.test(char) ? char : literalCode(char.codePointAt(0) ?? 0));

function literalCode(code: number): string {
  return code > 0x10ffff ? refuse("a character beyond Unicode") : `\\u{${code.toString(16)}}`;
}

function refuse(what: string): never {
  throw new InvalidInputError("050009", `The regular expression has ${what}, which is not supported.`);
}

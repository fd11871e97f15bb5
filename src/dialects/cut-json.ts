/**
 * What is left of JSON texts that a limit cut off: of texts their beginning, of lists of parts those that are whole. What
 * stands after the last whole thing is read only where it is a text: half an argument or half an id would be another one.
 */
import type { JsonValue } from "../model/session.ts";
import { endOfString, isCutOff, scanList, skipSpace } from "./json-list.ts";
import { parseJson } from "./lenient-json.ts";

/** The longest escape in a JSON string, `\u0000`, without its last character. */
const longestPartOfEscape = 5;

/** The text of a JSON string that ends before its closing quote; undefined for everything else. */
export function readCutString(text: string): string | undefined {
  if (!text.startsWith('"') || endOfString(text, 0) !== undefined) return undefined;
  for (let lost = 0; lost <= longestPartOfEscape; lost++) {
    const value = parseJson(`${text.slice(0, text.length - lost)}"`);
    if (typeof value === "string") return value;
  }
  return undefined;
}

/** Begins as a list of parts does, in one of the shapes in which libraries write them as one text. */
const head = /^\s*\[\s*\{\s*"(?:type|text|content|toolUse|toolResult|reasoningContent|image)"/;
/** A part that is a text, up to the text. */
const textHead =
  /^[\s,[]*\{\s*(?:"type"\s*:\s*"(?:text|input_text|output_text)"\s*,\s*)?"(?:text|content)"\s*:\s*(?=")/;

/** Undefined for a text that is whole, or no list of parts. */
export function readCutParts(text: string): readonly JsonValue[] | undefined {
  if (!head.test(text) || !isCutOff(text)) return undefined;
  const { elements } = scanList(text, skipSpace(text, 0));
  const whole = elements.flatMap(([from, end]) => parseJson(text.slice(from, end)) ?? []);
  const rest = text.slice(elements.at(-1)?.[1] ?? 0);
  const begun = textHead.exec(rest);
  const said = begun === null ? undefined : readTextOf(rest.slice(begun[0].length));
  return said === undefined ? whole : [...whole, { type: "text", text: said }];
}

/** The string is whole, or cut itself. */
function readTextOf(text: string): string | undefined {
  const end = endOfString(text, 0);
  const value = end === undefined ? readCutString(text) : parseJson(text.slice(0, end));
  return typeof value === "string" ? value : undefined;
}

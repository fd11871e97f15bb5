/**
 * Which argument values claim to come from somewhere, and under which keys that would have to be seen. Free text, flags,
 * options and small counts claim nothing.
 */
import type { JsonLeaf } from "./json-leaves.ts";
import { wordsOfName } from "./tool-effect.ts";
import { dateKey, monthDayKey, relativeDayKey, someDateKey } from "./date-keys.ts";
import { spellingsOf } from "./number-keys.ts";
import { foldText, piecesOf, stemKey } from "./value-keys.ts";

/** A value is grounded when every key of one of the alternatives was seen before. */
export interface ValueClaim {
  /**
   * `choice`: a plain word, or one of the values that the tool's schema lists. `day`: a date of which the user spoke
   * relatively ("tomorrow").
   */
  readonly kind: "identifier" | "number" | "email" | "date" | "name" | "choice" | "day";
  readonly value: string;
  readonly alternatives: readonly (readonly string[])[];
}

/** Words in the names of parameters that steer the tool or hold free text, instead of naming something. */
const optionWords = new Set(
  "limit max min maximum minimum page offset top results radius timeout decimal decimals round rounding precision temperature threshold format unit units encoding lang language locale currency sort order_by mode verbose style seed port expression thought query code command message content body text summary description comment reason note notes subject prompt sql script html keyword keywords question pattern regex selector timezone size per".split(
    " ",
  ),
);
const longestValue = 80;

/** The claim of one scalar argument; undefined when it claims nothing. */
export function claimOf({ value, key }: JsonLeaf): ValueClaim | undefined {
  if (wordsOfName(key).some((word) => optionWords.has(word))) return undefined;
  if (typeof value === "number") return numberClaim(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (text === "" || text.length > longestValue || /[\n{}<>|=;*^()]/.test(text)) return undefined;
  return textClaim(text, foldText(text));
}

function textClaim(text: string, folded: string): ValueClaim | undefined {
  if (/^[+-]?[\d,]{1,20}(?:\.\d{1,10})?$/.test(folded) && folded.replace(/\D/g, "").length <= 4) {
    return numberClaim(Number(folded.replaceAll(",", "")));
  }
  const date = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ].{0,30})?$/.exec(folded);
  if (date !== null) return dateClaim(text, [[date[1] ?? "", Number(date[2]), Number(date[3])]]);
  const [, first, second, year] = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(folded) ?? [];
  if (year !== undefined)
    return dateClaim(text, [
      [year, Number(first), Number(second)],
      [year, Number(second), Number(first)],
    ]);
  if (/^[^@\s]{1,64}@[^@\s]{1,64}$/.test(folded)) return { kind: "email", value: text, alternatives: [[folded]] };
  if (/[\s/:\\]/.test(folded)) return nameClaim(text, folded);
  if (/\d/.test(folded) && /^[^\s]{3,64}$/.test(folded)) return identifierClaim(text, folded);
  return nameClaim(text, folded);
}

/** Numbers up to this size are counts that anyone may choose. */
const smallNumber = 1;

function numberClaim(value: number): ValueClaim | undefined {
  if (!Number.isFinite(value) || Math.abs(value) <= smallNumber) return undefined;
  const spellings = spellingsOf(Math.abs(value));
  return { kind: "number", value: String(value), alternatives: spellings.map((key) => [key]) };
}

/** `readings`: year, month, day; two of them when the order of day and month is open. */
function dateClaim(
  text: string,
  readings: readonly (readonly [year: string, month: number, day: number])[],
): ValueClaim {
  const keys = readings.flatMap(([year, month, day]) => [[dateKey(year, month, day)], [monthDayKey(month, day)]]);
  return { kind: "date", value: text, alternatives: [...keys, [relativeDayKey, someDateKey]] };
}

function identifierClaim(text: string, folded: string): ValueClaim {
  const pieces = piecesOf(folded);
  const trimmed = folded.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  return { kind: "identifier", value: text, alternatives: [[trimmed], [pieces.join("")], pieces] };
}

/** One to four words. A word counts as seen when its beginning was: "Italian" speaks of "Italy". */
function nameClaim(text: string, folded: string): ValueClaim | undefined {
  const words = text.match(/[\p{L}'’]+/gu) ?? [];
  if (words.length === 0 || words.length > 4 || /\d/.test(text)) return undefined;
  const long = piecesOf(folded).filter((piece) => piece.length >= 4);
  if (long.length === 0 || /^\p{Lu}{2,5}$/u.test(text)) return undefined;
  const kind = /\p{Lu}/u.test(text) ? "name" : "choice";
  return { kind, value: text, alternatives: [[piecesOf(folded).join("")], ...long.map((piece) => [stemKey(piece)])] };
}

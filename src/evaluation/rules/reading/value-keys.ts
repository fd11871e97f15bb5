/**
 * Keys under which a text's words, identifiers, numbers and dates can be found again in another spelling. Every pattern
 * runs in linear time: separators and contents never match the same character.
 */
import { eachDateKey } from "./date-keys.ts";
import { eachNumberKey, wordNumberKey } from "./number-keys.ts";

/** An alphanumeric run with single separators inside it: `W-2378`, `mei.kim@x.org`, `2024-05-17`. */
const compoundPattern = /[\p{L}\p{N}]+(?:[@._:/+\-#'’&][\p{L}\p{N}]+)*/gu;
const piecePattern = /[\p{L}\p{N}]+/gu;
/** Longer runs (base64, minified code) are no values that anybody names again. */
const longestKey = 200;

/** The beginning of a word, by which "Italian" is found again in "Italy". */
export const stemKey = (word: string): string => `^${word.slice(0, 4)}`;

/** One spelling for all: compatibility forms composed, accents dropped, lower case. */
export function foldText(text: string): string {
  // eslint-disable-next-line no-control-regex -- the ASCII range is what is meant
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
}

/** The alphanumeric runs of a folded text. */
export const piecesOf = (folded: string): readonly string[] => folded.match(piecePattern) ?? [];

/** Calls back with each key of a text. */
export function eachKey(text: string, found: (key: string) => void): void {
  const folded = foldText(text);
  for (const [compound] of folded.matchAll(compoundPattern)) {
    if (compound.length <= longestKey) eachWordKey(compound, found);
  }
  eachNumberKey(folded, found);
  eachDateKey(folded, found);
}

function eachWordKey(compound: string, found: (key: string) => void): void {
  found(compound);
  const pieces = piecesOf(compound);
  if (pieces.length > 1) found(pieces.join(""));
  for (const piece of pieces) {
    found(piece);
    const number = wordNumberKey(piece);
    if (number !== undefined) found(number);
    if (piece.length >= 4) found(stemKey(piece));
  }
}

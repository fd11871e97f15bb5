/** What a user's message asks for and tells, as far as its words and values say. */
import { once } from "./once.ts";
import { numberKey, wordNumberKey } from "./number-keys.ts";
import { foldText } from "./value-keys.ts";
import { wordStems } from "./word-stems.ts";

export interface Request {
  readonly stems: ReadonlySet<string>;
  /** Numbers written in digits, each once, as number keys; not those of list items, of identifiers and 0 and 1. */
  readonly numbers: ReadonlySet<string>;
  /** Capitalised words inside a sentence, one after the other one name, folded; months and days of the week are none. */
  readonly names: ReadonlySet<string>;
  /** How many numbers it tells, in digits and in words. */
  readonly quantities: number;
  /** How many values it tells: numbers in digits, names, quoted texts, identifiers. */
  readonly told: number;
  readonly tellsTime: boolean;
}

const calendar =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day)$/;
/** More is never read: a longer message is a document, not a request. */
const longestRequest = 6_000;

/** Not part of a word, an identifier, a formula, a time of day or a date, and not the number of a list item. */
const number = /(?<![\p{L}\p{N}_#@/.:^-])(?<!\n\s{0,4})\d[\d,]{0,20}(?:\.\d{1,10})?(?![\p{L}\p{N}_:^]| ?[ap]m\b)/giu;
const grouped = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const nameInside = /(?<=[\p{Ll}\p{N},;)%] )\p{Lu}\p{Ll}{2,30}(?: \p{Lu}\p{Ll}{2,30}){0,4}\b/gu;
const quoted = /(?<![\p{L}\p{N}])["'“‘][^"'“”‘’\n]{2,60}["'”’](?![\p{L}\p{N}])/gu;
const identifier = /(?<![\p{L}\p{N}])(?=[\p{L}\p{N}_@.-]{0,40}[\d_@])[\p{L}\p{N}][\p{L}\p{N}_@.-]{2,60}/gu;
const time =
  /\b(?:today|tonight|tomorrow|yesterday|now|current(?:ly)?|latest|week(?:end)?|month|year|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|morning|afternoon|evening|noon|midnight|\d{1,2} ?[ap]m)\b|\d/i;

/** Each part is read when it is first asked for: most requests are asked for their stems only. */
export function readRequest(text: string): Request {
  const read = text.slice(0, longestRequest);
  const stems = once(() => wordStems(read));
  const numbers = once(() => numbersIn(read));
  const names = once(() => namesIn(read));
  return {
    get stems() {
      return stems();
    },
    get numbers() {
      return numbers();
    },
    get names() {
      return names();
    },
    get quantities() {
      return numbers().size + spelt(read);
    },
    get told() {
      return numbers().size + names().size + count(read, quoted) + count(read, identifier);
    },
    get tellsTime() {
      return time.test(read);
    },
  };
}

function numbersIn(text: string): ReadonlySet<string> {
  const written = [...text.matchAll(number)].flatMap(([digits]) => numbersOf(digits));
  return new Set(written.filter((value) => value > 1 || !Number.isInteger(value)).map(numberKey));
}

/** More are a list, of which the first tell enough. */
const mostNames = 50;

const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    (text.match(nameInside) ?? [])
      .map(foldText)
      .filter((name) => !calendar.test(name))
      .slice(0, mostNames),
  );

const spelt = (text: string): number =>
  (foldText(text).match(/\p{L}+/gu) ?? []).filter((word) => wordNumberKey(word) !== undefined).length;

/** `1,200` is one number, `5,10` two. */
const numbersOf = (digits: string): readonly number[] =>
  grouped.test(digits)
    ? [Number(digits.replaceAll(",", ""))]
    : digits.split(",").flatMap((part) => (part === "" ? [] : [Number(part)]));

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

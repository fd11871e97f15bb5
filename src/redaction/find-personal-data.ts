/** What identifies or harms a person: addresses and numbers in the forms that people write them in. */
import { type Finder, findAll, matchesOf, type Range } from "./masked-ranges.ts";

/** Looked for from the `@`, because most texts have none. */
const emailAt = /@(?<=([\p{L}\p{N}._%+'-]{1,64})@)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/gu;

export function findEmails(text: string): readonly Range[] {
  return findAll(text, emailAt, ({ index, 0: rest, 1: name = "" }) => ({
    start: index - name.length,
    end: index + rest.length,
  }));
}

const numbers: readonly RegExp[] = [
  // US social security.
  /(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/g,
  // 16 digits in groups of four.
  /(?<![\w.])\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?!\w)/g,
  // 10 digits, with a country code or without. Three more digits without a sign between are a time in milliseconds.
  /(?<![\w.])(?:\+\d{1,3}[ .-]?|\d{1,3}[ .-]|1)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]?\d{4}(?!\w)/g,
  // E.164, grouped in any way.
  /\+[1-9]\d{0,2}(?:[ .()-]{0,2}\d){6,14}(?!\d)/g,
];

const cardNumber = /(?<![\w.])(?:\d{13,19}|\d{4}[ -]\d{6}[ -]\d{4,5})(?!\w)/g;

function findCards(text: string): readonly Range[] {
  return matchesOf(cardNumber)(text).filter(({ start, end }) => isCardNumber(text.slice(start, end)));
}

/** Luhn's check, for the first digits that issuers have. Source: ISO/IEC 7812-1, annex B. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, "");
  if (!/^[2-6]/.test(digits)) return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

const ibanForm = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}/g;

function findIbans(text: string): readonly Range[] {
  return matchesOf(ibanForm)(text).flatMap(({ start, end }) => ibanAt(text, start, end) ?? []);
}

/** The longest beginning of the match that is an IBAN: what follows it may be a word in capitals. */
function ibanAt(text: string, start: number, last: number): Range | undefined {
  for (let end = last; end - start >= 15; end -= 1) {
    if (/\w/.test(text[end - 1] ?? "") && isIban(text.slice(start, end).replace(/[ -]/g, ""))) return { start, end };
  }
  return undefined;
}

/** Source: ISO 13616, ISO/IEC 7064 MOD 97-10. */
function isIban(text: string): boolean {
  if (text.length < 15) return false;
  const remainder = Array.from(text.slice(4) + text.slice(0, 4)).reduce((rest, character) => {
    const value = Number.parseInt(character, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
  return remainder === 1;
}

export const personalDataFinders: readonly Finder[] = [findEmails, ...numbers.map(matchesOf), findCards, findIbans];

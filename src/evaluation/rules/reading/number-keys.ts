/** Numbers of a text, however they are written: digits, groups of thousands, scales, percent, words. */

const numberPattern = /\d{1,3}(?:,\d{3})+(?:\.\d{1,20})?|\d{1,30}(?:\.\d{1,20})?/g;
const scaledPattern =
  /(\d{1,15}(?:\.\d{1,10})?) ?(k|thousand|m|million|mn|b|bn|billion|lakh|crore|%)(?![\p{L}\p{N}])/gu;

const counting =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";
const numberWords: ReadonlyMap<string, number> = new Map([
  ...counting.split(" ").map((word, value) => [word, value] as const),
  ...Object.entries({ thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90 }),
  ...Object.entries({ hundred: 100, thousand: 1e3, million: 1e6, dozen: 12, half: 0.5, quarter: 0.25 }),
  ...Object.entries({ first: 1, second: 2, third: 3, once: 1, twice: 2, single: 1, couple: 2, pair: 2 }),
  ...Object.entries({ week: 7, weekly: 52, monthly: 12, quarterly: 4 }),
]);
const scales: ReadonlyMap<string, number> = new Map(
  Object.entries({ k: 1e3, thousand: 1e3, m: 1e6, mn: 1e6, million: 1e6, b: 1e9, bn: 1e9, billion: 1e9 }).concat([
    ["lakh", 1e5],
    ["crore", 1e7],
    ["%", 0.01],
  ]),
);

/** Equal for equal numbers: 12 digits are enough to tell two amounts apart, and few enough to forgive a rounding. */
export const numberKey = (value: number): string =>
  `#${Number.isInteger(value) && Math.abs(value) < 1e12 ? value : Number(value.toPrecision(12))}`;

/** Keys of the same quantity as it stands, in percent, cents, thousands, minutes, seconds. */
export const spellingsOf = (size: number): readonly string[] =>
  [size, size / 100, size * 100, size / 1000, size * 1000, size / 60, size * 60, size / 3600, size / 1e6].map(
    numberKey,
  );

/** The key of a number word (`twelve`, `dozen`); undefined for any other word. */
export function wordNumberKey(word: string): string | undefined {
  const value = numberWords.get(word);
  return value === undefined ? undefined : numberKey(value);
}

/** Calls back with each number of a folded text. `1,2,300` can be a list or an amount, so it is read as both. */
export function eachNumberKey(folded: string, found: (key: string) => void): void {
  for (const [digits] of folded.matchAll(numberPattern)) {
    const parts = digits.split(",");
    found(numberKey(Number(parts.join(""))));
    if (parts.length > 1) for (const part of parts) found(numberKey(Number(part)));
  }
  for (const [, digits, scale] of folded.matchAll(scaledPattern)) {
    found(numberKey(Number(digits) * (scales.get(scale ?? "") ?? 1)));
  }
}

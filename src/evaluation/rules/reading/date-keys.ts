/** Dates of a text, in ISO, slashed or written form. Where the order of day and month is open, both readings count. */

const isoDate = /(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g;
const slashDate = /(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)/g;
const months =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const monthDay = new RegExp(`\\b(${months})\\.? (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?`, "g");
const dayMonth = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${months})\\b(?:,? (\\d{4}))?`, "g");
const relativeDay =
  /\b(?:today|tonight|tomorrow|yesterday|now|current|week|weekend|month|year|days?|nights?|recent|latest|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/;

export const dateKey = (year: string, month: number, day: number): string => `@${year}-${month}-${day}`;
export const monthDayKey = (month: number, day: number): string => `@${month}-${day}`;
/** Seen where a text names a date with its year, so that "tomorrow" can be one. */
export const someDateKey = "@dated";
/** Seen where a text speaks of days relatively, so that a date may follow from it. */
export const relativeDayKey = "@relative";

/** Calls back with the keys of each date of a folded text. */
export function eachDateKey(folded: string, found: (key: string) => void): void {
  if (relativeDay.test(folded)) found(relativeDayKey);
  if (!/\d/.test(folded)) return;
  for (const [, year, month, day] of folded.matchAll(isoDate)) eachKeyOf(year, Number(month), Number(day), found);
  for (const [, first, second, year] of folded.matchAll(slashDate)) {
    eachKeyOf(year, Number(first), Number(second), found);
    eachKeyOf(year, Number(second), Number(first), found);
  }
  for (const [, month, day, year] of folded.matchAll(monthDay)) eachKeyOf(year, monthOf(month), Number(day), found);
  for (const [, day, month, year] of folded.matchAll(dayMonth)) eachKeyOf(year, monthOf(month), Number(day), found);
}

function eachKeyOf(year: string | undefined, month: number, day: number, found: (key: string) => void): void {
  if (month < 1 || month > 12 || day < 1 || day > 31) return;
  found(monthDayKey(month, day));
  if (year === undefined) return;
  found(someDateKey);
  found(dateKey(year.length === 2 ? `20${year}` : year, month, day));
}

const monthOf = (name: string | undefined): number =>
  "janfebmaraprmayjunjulaugsepoctnovdec".indexOf((name ?? "").slice(0, 3)) / 3 + 1;

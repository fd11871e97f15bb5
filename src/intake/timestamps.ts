/** Times and dates as transcripts and chat exports write them. All patterns are bounded: a line costs the same whatever is in it. */

const date = String.raw`(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?|\d{4}年\d{1,2}月\d{1,2}日|(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?,?(?: \d{4})?|\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?: \d{4})?|today|yesterday)`;
const time = String.raw`(?:(?:上午|下午|오전|오후|午前|午後) ?)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,6})?(?:[ \u00a0\u202f]?[ap]\.? ?m\.?)?(?:z|[ ]?[+-]\d{2}:?\d{2}|[ ](?:utc|gmt|est|edt|cst|cdt|pst|pdt|cet|cest))?|\d{1,2}h ?\d{1,2}(?:m(?: ?\d{1,2}s)?)?|\d{1,3}m ?\d{1,2}s|\d{1,6}\.\d{1,3}s`;
const moment = `(?:${date}(?:,? ?(?:at |um |à |a las |às |klo |- )?[t ]?(?:${time}))?|(?:${time})(?:[, ]{1,2}${date})?)`;
const span = String.raw`${moment}(?: {0,2}(?:-->|->|–|—|-|to) {0,2}${moment})?`;

const leading = new RegExp(
  String.raw`[ \t]{0,8}(?:[[({]${span}[\])}]|${span})(?=$|[ \t\]|:,;–—-])[ \t]{0,8}(?:[-–—|:,;] ?)?[ \t]{0,8}`,
  "iy",
);
const trailing = new RegExp(
  String.raw`(?:[ \t]{1,8}|,[ \t]{0,4}|[ \t]{0,4}[-–—•·|@][ \t]{0,4}|(?=[[({]))(?:[[({] ?${span} ?[\])}]|(?:at |um )?${span})[ \t]{0,8}$`,
  "iu",
);
const whole = new RegExp(String.raw`^[ \t]{0,8}[[({]?${span}[\])}]?[ \t]{0,8}$`, "i");

/** Where the text behind a time at the start of the line begins; 0 when there is none. */
export function endOfLeadingTime(line: string): number {
  leading.lastIndex = 0;
  return leading.exec(line.slice(0, 120))?.[0].length ?? 0;
}

const mayEndInTime = /\d|(?:today|yesterday)\W*$/i;

/** The label without the time that stands behind it (`Ann (00:01:02)`, `Ann  9:15 AM`, `Ann — Today at 9:15 PM`). */
export function withoutTrailingTime(label: string): { readonly label: string; readonly hasTime: boolean } {
  // The pattern is tried from every character on, which is too much for what cannot be one.
  const found = mayEndInTime.test(label.slice(-12)) ? trailing.exec(label) : null;
  return found === null || found.index === 0
    ? { label, hasTime: false }
    : { label: label.slice(0, found.index).trimEnd(), hasTime: true };
}

/** The line is a time and nothing else. */
export function isOnlyTime(line: string): boolean {
  return line.length < 80 && whole.test(line);
}

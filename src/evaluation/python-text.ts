/** Text as Python's `str` takes it apart. */

/** What `str.isspace` is true for. JavaScript's `\s` lacks U+001C to U+001F and U+0085, and has U+FEFF. */
export const pythonSpace = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;

const space = new RegExp(`[${pythonSpace}]`);
const spaces = new RegExp(`[${pythonSpace}]+`);

/** `str.strip()`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  // Not one pattern with `+$`: it would take quadratic time on long runs of spaces.
  while (start < end && space.test(text.charAt(start))) start++;
  while (start < end && space.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `str.split()`: the words, however they are spaced. */
export function splitWords(text: string): readonly string[] {
  return text.split(spaces).filter((word) => word !== "");
}

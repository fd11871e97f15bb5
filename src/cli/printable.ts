/** Text that agents wrote, made harmless for a terminal: nothing in it can move the cursor, colour, hide or reorder. */

/** Control characters of both sets (but line feed), line separators and those that change the writing direction. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Shows control characters as `\x1b` or `\u202e`; line ends become line feeds and tabs two spaces. */
export function toPrintable(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\t", "  ").replace(controls, escape);
}

/** As toPrintable, on one line. */
export const toPrintableLine = (text: string): string =>
  toPrintable(text)
    .replace(/\s*\n\s*/g, " ")
    .trim();

/** JSON that parses to the same value but holds none of these characters. */
export function toPrintableJson(value: unknown, indent?: number): string {
  // The line feeds of the indentation stay; all others JSON escapes itself.
  return JSON.stringify(value, null, indent).replace(controls, unicodeEscape);
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(character);
}

const unicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

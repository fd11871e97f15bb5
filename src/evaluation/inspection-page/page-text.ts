/** Text that agents or judges wrote, as the content of an HTML element or attribute: it is only ever seen. */
import { escapeXml } from "../escape-xml.ts";

/** Control and format characters, but tab, line feed and joiners; line separators; halves of characters. */
const unseen = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;

/** Shows unseen characters as `[U+202E]`. What is longer than `most` (UTF-16 units) is cut, and says by how much. */
export function pageText(text: string, most: number): string {
  if (text.length <= most) return inert(text);
  const kept = text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
  return `${inert(kept)}… <em>(${text.length - kept.length} more characters)</em>`;
}

/** The same on one line, for a place with room for few words: it does not say by how much it was cut. Blank: a dash. */
export function pageLabel(text: string, most: number): string {
  const line = text
    .slice(0, 4 * most)
    .replace(/\s+/g, " ")
    .trim();
  const isCut = line.length > most || text.length > 4 * most;
  if (line === "") return "–";
  return `${inert(line.slice(0, most).replace(/[\ud800-\udbff]$/, ""))}${isCut ? "…" : ""}`;
}

const inert = (text: string): string => escapeXml(text.replace(/\r\n?/g, "\n").replace(unseen, visible));

function visible(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `[U+${code.padStart(4, "0")}]`;
}

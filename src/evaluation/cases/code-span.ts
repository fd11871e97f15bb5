/** Text as a Markdown code span on one line: no link, image, mention or markup of it comes to life. Source: GFM 6.3. */

/** Control characters of both sets, line separators, halves of characters, and what changes the writing direction. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Surrogate}]+/gu;

const longestText = 300;

/** What is longer is cut; empty text becomes a span with a space. */
export function codeSpan(text: string): string {
  const line = shortened(text.replace(unseen, " "));
  const fence = "`".repeat(longestRun(line) + 1);
  // One space on each side is taken away again; without them a backtick at the edge would belong to the fence.
  return line.trim() === "" ? "` `" : `${fence} ${line} ${fence}`;
}

function shortened(text: string): string {
  const characters = Array.from(text.slice(0, 2 * longestText + 2));
  return characters.length <= longestText ? text : `${characters.slice(0, longestText).join("")}…`;
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

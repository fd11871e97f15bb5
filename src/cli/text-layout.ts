/** Text in the columns of a terminal: how wide it is, cut to a width, wrapped to a width. */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const ascii = /^[\u0020-\u007e]*$/;

/** In columns: East Asian characters and emoji take two. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** At most `width` columns; an ellipsis shows that something is missing. */
export function cutToWidth(text: string, width: number): string {
  if (text.length <= width && widthOf(text) <= width) return text;
  return `${splitAtWidth(text, width - 1)[0]}…`;
}

/** Filled up with spaces to `width` columns, or cut to them. */
export function fitToWidth(text: string, width: number): string {
  const cut = cutToWidth(text, width);
  return cut + " ".repeat(Math.max(0, width - widthOf(cut)));
}

/** Lines of at most `width` columns, broken between words where possible; the text's own line breaks and indents stay. */
export function wrapToWidth(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line.trimEnd(), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (widthOf(rest) > width) {
    const [head] = splitAtWidth(rest, width);
    const space = rest[head.length] === " " ? head.length : head.lastIndexOf(" ");
    const end = space < 1 || head.slice(0, space).trim() === "" ? head.length : space;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** The longest beginning that fits, at least one character; and what remains. */
function splitAtWidth(text: string, width: number): [string, string] {
  let taken = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    taken += wide.test(segment) ? 2 : 1;
    if (taken > width && index > 0) break;
    end = index + segment.length;
  }
  return [text.slice(0, end), text.slice(end)];
}

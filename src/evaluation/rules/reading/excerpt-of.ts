/** A text on one line, cut to a length with an ellipsis; never in the middle of a surrogate pair. */
export function excerptOf(text: string, length: number): string {
  const line = text
    .slice(0, length * 4)
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= length && text.length <= length * 4) return line;
  return `${line.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

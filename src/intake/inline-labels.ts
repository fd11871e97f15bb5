/** Transcripts that lost their line breaks: `User: hi Assistant: hello User: ...` */
import { roleOfLabel } from "./role-words.ts";

const colon = /[:：]/g;
/** What may stand before a label within a line. */
const word = /(?:^|[\s.!?。！？"”)|\]])([\p{L}]{1,24}(?: [\p{L}]{1,24})?(?: ?\d{1,2})?)[ \t]{0,2}$/u;

/** A break before each word for a side that a colon follows, when there are at least two in a line. */
export function splitInlineLabels(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const starts = [...line.matchAll(colon)].flatMap(({ index }) => startOfLabel(line, index) ?? []);
    if (starts.length < 2) return [line];
    const cuts = starts[0] === 0 ? starts : [0, ...starts];
    return cuts.map((start, at) => line.slice(start, cuts[at + 1]).trim());
  });
}

function startOfLabel(line: string, colonAt: number): number | undefined {
  const before = line.slice(Math.max(0, colonAt - 54), colonAt);
  const found = word.exec(before)?.[1];
  if (found === undefined) return undefined;
  // Of two words the first belongs to the label only when it is a word for a side as well: "Support Agent", not "hi Agent".
  const [first = "", ...rest] = found.split(" ");
  const label = rest.length === 0 || isSide(first) ? found : rest.join(" ");
  return isSide(label) ? colonAt - (before.length - before.lastIndexOf(label)) : undefined;
}

function isSide(label: string): boolean {
  const role = roleOfLabel(label);
  return role === "user" || role === "assistant";
}

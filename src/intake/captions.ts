/** Captions (WebVTT, SRT) as lines: one a cue, `Name: text` where the cue names its speaker. */

const timing =
  /^[ \t]{0,4}(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]{0,4}-->[ \t]{0,4}(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}/;
const voice = /^<v(?:\.[\w.-]{1,30})?[ \t]+([^>\n]{1,80})>/;
const marks = /<\/?[a-z][^>\n]{0,60}>|<(?:\d{1,3}:)?\d{2}:\d{2}\.\d{3}>|\{\\an\d\}/gi;

/** Undefined when these are no captions. */
export function readCaptions(lines: readonly string[]): readonly string[] | undefined {
  const cues = lines.flatMap((line, at) => (timing.test(line) ? [at] : []));
  if (cues.length === 0) return undefined;
  return cues.flatMap((cue, at) => {
    const next = cues[at + 1] ?? lines.length;
    const end = firstBlank(lines, cue + 1, next);
    return spokenIn(lines.slice(cue + 1, end));
  });
}

function firstBlank(lines: readonly string[], from: number, to: number): number {
  for (let at = from; at < to; at++) if ((lines[at] ?? "").trim() === "") return at;
  // Without a blank line between, the last line before the next cue is its number.
  return to < lines.length && /^\s*\d+\s*$/.test(lines[to - 1] ?? "") ? to - 1 : to;
}

/** Each line of a cue may be another speaker's. */
function spokenIn(cue: readonly string[]): readonly string[] {
  return cue.map((line) => {
    const named = voice.exec(line.trim());
    const text = (named === null ? line : line.trim().slice(named[0].length)).replace(marks, "").trim();
    return named === null ? text : `${(named[1] ?? "").replace(/[:：]/g, " ").trim()}: ${text}`;
  });
}

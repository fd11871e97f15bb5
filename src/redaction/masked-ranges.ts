/** Parts of a text that are to go, and the text without them. */

/** In UTF-16 units; `end` is not part of it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Finds parts of a text, in time that grows with the text's length only, whatever the text. */
export type Finder = (text: string) => readonly Range[];

/** Everything that a pattern of our own matches. It must be global, and linear: its repetitions bounded or unambiguous. */
export function matchesOf(pattern: RegExp): Finder {
  return (text) => findAll(text, pattern, ({ index, 0: match }) => ({ start: index, end: index + match.length }));
}

/** Looks first whether there is a match at all: mostly there is none, and that is known faster. */
export function findAll<Found>(text: string, pattern: RegExp, toFound: (match: RegExpExecArray) => Found): Found[] {
  pattern.lastIndex = 0;
  if (!pattern.test(text)) return [];
  pattern.lastIndex = 0;
  return Array.from(text.matchAll(pattern), toFound);
}

/** The ranges in order, those that overlap as one; of what they carry beside their place the first's is kept. */
export function mergeRanges<Found extends Range>(ranges: readonly Found[]): readonly Found[] {
  const merged: Found[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || range.start >= last.end) merged.push(range);
    else if (range.end > last.end) merged[merged.length - 1] = { ...last, end: range.end };
  }
  return merged;
}

/** Those of the merged ranges that do not lie within one of `covers`, which are merged too. */
export function rangesOutside<Found extends Range>(
  ranges: readonly Found[],
  covers: readonly Range[],
): readonly Found[] {
  let next = 0;
  return ranges.filter((range) => {
    while ((covers[next]?.end ?? Infinity) < range.end) next += 1;
    const cover = covers[next];
    return cover === undefined || cover.start > range.start;
  });
}

/** The text with every one of the merged ranges replaced. */
export function replaceRanges<Found extends Range>(
  text: string,
  ranges: readonly Found[],
  replacement: (part: string, range: Found) => string,
): string {
  let result = "";
  let position = 0;
  for (const range of ranges) {
    result += text.slice(position, range.start) + replacement(text.slice(range.start, range.end), range);
    position = range.end;
  }
  return result + text.slice(position);
}

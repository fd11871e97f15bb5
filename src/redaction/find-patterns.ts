/** Patterns that a user wrote, with RE2's semantics: no text can make them take more than linear time for one match. */
import type { RE2JS } from "re2js";
import type { Range } from "./masked-ranges.ts";

/**
 * Finding all matches may still take quadratic time (`a+b|a` in a long row of a's looks at the rest of the row for each
 * a), so one text gets this long a pattern. In milliseconds.
 */
const LONGEST_SEARCH_MS = 200;

interface Search {
  readonly ranges: readonly Range[];
  /** Up to where the text was searched; its length, unless time ran out. */
  readonly searchedTo: number;
}

/** Everything that one of the patterns matches; where time ran out, also all of the rest: what was not searched may not pass. */
export function findBlocked(text: string, patterns: readonly RE2JS[]): readonly Range[] {
  return patterns.flatMap((pattern) => {
    const { ranges, searchedTo } = search(text, pattern);
    return searchedTo === text.length ? ranges : [...ranges, { start: searchedTo, end: text.length }];
  });
}

/** Everything that one of the patterns matches, as far as time allowed. */
export function findAllowed(text: string, patterns: readonly RE2JS[]): readonly Range[] {
  return patterns.flatMap((pattern) => search(text, pattern).ranges);
}

function search(text: string, pattern: RE2JS): Search {
  const ranges: Range[] = [];
  if (!pattern.test(text)) return { ranges, searchedTo: text.length };
  const matcher = pattern.matcher(text);
  const deadline = performance.now() + LONGEST_SEARCH_MS;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start) ranges.push({ start, end });
    if (performance.now() > deadline) return { ranges, searchedTo: end };
  }
  return { ranges, searchedTo: text.length };
}

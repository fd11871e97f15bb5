/** Grades as agent_inspect's judges write them: an explanation, and on its last line `GRADE: C` or `GRADE: I`. */

/** 1: complete. 0: incomplete. */
export type Grade = 0 | 1;

/** What Python's `\s` matches, and its `I` in either case, which JavaScript's do not quite. */
// oxlint-disable-next-line no-control-regex -- separators that Python counts as white space
const gradePattern = /GRADE[\s\x1c-\x1f\x85]*:[\s\x1c-\x1f\x85]*([CPIıİ])/gi;

/**
 * The first grade whose letter stands on the text's last line; one line feed may follow. Undefined when there is none, or when
 * it is neither `C` nor `I` in capitals (`P`, partial, is known and counts for nothing). `Incomplete` is an `I`.
 */
export function parseGrade(text: string): Grade | undefined {
  const said = text.endsWith("\n") ? text.slice(0, -1) : text;
  const lastLine = said.lastIndexOf("\n") + 1;
  // Each match is found by itself: in one pattern with the rest of the line a hostile answer would take quadratic time.
  for (const match of said.matchAll(gradePattern)) {
    const letterAt = match.index + match[0].length - 1;
    if (letterAt < lastLine || match[0].includes("\ufeff")) continue;
    return match[1] === "C" ? 1 : match[1] === "I" ? 0 : undefined;
  }
  return undefined;
}

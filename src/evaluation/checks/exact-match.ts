import { strip } from "../python-text.ts";

export interface ExactMatchOptions {
  /** Spaces around either do not count. Default true. */
  readonly trim?: boolean;
  /** Default true. */
  readonly caseSensitive?: boolean;
}

/** Whether both are the same text. Source: agent_inspect's `exact_match`; the case is lowered, not folded: `ß` is not `SS`. */
export function exactMatch(
  candidate: string,
  expected: string,
  { trim = true, caseSensitive = true }: ExactMatchOptions = {},
): boolean {
  const compared = (text: string): string => {
    const trimmed = trim ? strip(text) : text;
    return caseSensitive ? trimmed : trimmed.toLowerCase();
  };
  return compared(candidate) === compared(expected);
}

import { compilePythonPattern } from "../python-pattern.ts";

export interface RegexMatchOptions {
  /** `full`: the pattern is all of the text. Else it is found somewhere in it (the default). */
  readonly mode?: "substring" | "full";
}

/**
 * Whether the text matches a pattern in Python's syntax. Nothing is trimmed. Throws InvalidInputError 050009 for a pattern that
 * is none. Source: agent_inspect's `regex_match`. (The validator and the metric of that name take RE2's syntax: their patterns meet
 * texts that agents wrote, which must not make them slow.)
 */
export function regexMatch(candidate: string, pattern: string, { mode }: RegexMatchOptions = {}): boolean {
  return compilePythonPattern(pattern, { whole: mode === "full" }).test(candidate);
}

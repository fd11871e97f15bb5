/** Patterns in expectations: RE2's, because no text that an agent writes can make them slow. */
import { RE2JS } from "re2js";
import { z } from "zod";

/** An RE2 pattern as text; compile it with `RE2JS.compile`. */
export const searchPattern = z.string().superRefine((pattern, context) => {
  const problem = problemOfPattern(pattern);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

/** Why RE2 does not take the pattern, in a few words. */
export function problemOfPattern(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `is not an RE2 pattern: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Regular expressions in configurations: RE2's, as in the collector, because no text can make them slow. */
import { RE2JS } from "re2js";
import { z } from "zod";

/** Stays text, so that the configuration can be sent to another thread; compile it with `RE2JS.compile`. */
export const re2Pattern = z.string().superRefine((pattern, context) => {
  const message = problemOf(pattern);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** Why RE2 does not take the pattern, in a few words. */
export function problemOf(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `is not an RE2 pattern: ${error instanceof Error ? error.message : String(error)}`;
  }
}

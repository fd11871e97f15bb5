import { z } from "zod";
import { containsAll } from "../heuristics.ts";
import { checkReply } from "./check-reply.ts";
import { listNames } from "./tool-name.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("contains"),
  ...commonFields,
  texts: z.array(z.string().min(1)).min(1),
  /** Whether all of them must be there, or one. */
  match: z.enum(["all", "any"]).default("all"),
  case_sensitive: z.boolean().default(true),
});

/** "None of them" is `match: any` with `invert`. */
export const contains = defineValidator({
  type: "contains",
  description: "The texts occur in the reply.",
  configSchema,
  check: ({ texts, match, case_sensitive, turn }) => {
    const lower = (text: string): string => (case_sensitive ? text : text.toLowerCase());
    const wanted = texts.map(lower);
    const word = match === "all" ? "all" : "one";
    return checkReply(turn, `contains ${word} of: ${listNames(texts)}`, (reply) => {
      const searched = lower(reply);
      return match === "all" ? containsAll(searched, wanted) === 1 : wanted.some((text) => searched.includes(text));
    });
  },
});

import { RE2JS } from "re2js";
import { z } from "zod";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { re2Pattern } from "../../component/re2-pattern.ts";
import { checkReply } from "./check-reply.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("regex_match"),
  ...commonFields,
  /** RE2's syntax; `(?i)` at its start: capitals do not count. */
  pattern: re2Pattern,
  /** `full`: it is all of the reply. */
  mode: z.enum(["substring", "full"]).default("substring"),
});

export const regexMatch = defineValidator({
  type: "regex_match",
  description: "The pattern is found in the reply, or is all of it.",
  configSchema,
  check: ({ pattern, mode, turn }) => {
    const compiled = RE2JS.compile(pattern);
    const word = mode === "full" ? "is" : "has";
    return checkReply(turn, `${word} /${excerptOf(pattern, 200)}/`, (reply) =>
      mode === "full" ? compiled.testExact(reply) : compiled.test(reply),
    );
  },
});

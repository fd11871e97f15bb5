import { z } from "zod";
import { InvalidInputError } from "../evaluation-error.ts";
import { similarityOf } from "../heuristics.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { checkReply } from "./check-reply.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("levenshtein"),
  ...commonFields,
  text: z.string(),
  /** From this similarity on it passes; 1 is the same text. */
  min_similarity: z.number().gt(0).max(1).default(0.8),
});

/** Throws InvalidInputError 050009 for replies that are too long to be compared. */
export const levenshtein = defineValidator({
  type: "levenshtein",
  description: "The reply is like the text: few of its characters would have to change.",
  configSchema,
  check: ({ text, min_similarity, turn }) =>
    checkReply(turn, `is like ${excerptOf(text, 200)}, to ${min_similarity}`, (reply) => {
      const similarity = similarityOf(reply, text);
      if (similarity === undefined) throw new InvalidInputError("050009", "the reply is too long to be compared");
      return { passed: similarity >= min_similarity, because: `to ${similarity.toFixed(4)}` };
    }),
});

import { z } from "zod";
import { InvalidInputError } from "../evaluation-error.ts";
import { askForGrade } from "../grading/ask-for-grade.ts";
import { gradingOf, judgeFields, judgeOf, explainVote } from "./judge-fields.ts";
import { createRubricPrompt } from "./rubric-prompt.ts";
import { turnsOf } from "./select-turns.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("rubric"),
  ...commonFields,
  /** What must be so, in words. */
  rubric: z.string().trim().min(1).max(20_000),
  /** Absent: the client's. */
  model: z.string().min(1).optional(),
  ...judgeFields,
  /** Of one prompt: what does not fit is shortened. */
  max_input_tokens: z.int().min(4_000).default(32_000),
});

/** Throws EvaluationError 050000, with what the model's provider said, when not all trials give a grade. */
export const rubric = defineValidator({
  type: "rubric",
  description: "A judge model finds that the rubric is met.",
  configSchema,
  check: (config, needs) => {
    const client = judgeOf(needs, "rubric");
    const write = createRubricPrompt(config.rubric, config.max_input_tokens);
    const { model } = config;
    const grading = gradingOf(config, client);
    return async (trajectory) => {
      const turns = turnsOf(trajectory, config.turn);
      if (turns.length === 0) throw new InvalidInputError("050008", "the trajectory has no turns");
      const request = { ...write(turns), ...(model === undefined ? {} : { model }) };
      const vote = await askForGrade(request, grading);
      return { passed: vote.grade === 1, explanation: explainVote(config.rubric, vote) };
    };
  },
});

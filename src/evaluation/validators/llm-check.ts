import { z } from "zod";
import { InvalidInputError } from "../evaluation-error.ts";
import { askForGrade } from "../grading/ask-for-grade.ts";
import { fillPrompt } from "../grading/templates.ts";
import { renderInputs, renderResponses, renderTrajectories } from "../subgoal/render-turns.ts";
import { explainVote, gradingOf, judgeFields, judgeOf } from "./judge-fields.ts";
import { turnsOf } from "./select-turns.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("llm_check"),
  ...commonFields,
  /**
   * The whole prompt, with fields `{input}`, `{output}`, `{trajectory}` and `{nonce}`; `{{` and `}}` are braces. It must ask for a last
   * line `GRADE: C` or `GRADE: I`. Values are JSON on one line each.
   */
  template: z.string().trim().min(1).max(100_000),
  ...judgeFields,
});

/** A prompt of one's own. Throws InvalidInputError 050008 or 050009 for a template that cannot be filled, before anything is asked. */
export const llmCheck = defineValidator({
  type: "llm_check",
  description: "A judge model grades what it is shown in a prompt of one's own.",
  configSchema,
  check: (config, needs) => {
    const { template, turn } = config;
    const grading = gradingOf(config, judgeOf(needs, "llm_check"));
    const fill = (turns: Parameters<typeof renderInputs>[0]): string =>
      fillPrompt(template, {
        input: renderInputs(turns.slice(-1), { numbered: false }),
        output: renderResponses(turns.slice(-1), { numbered: false }),
        trajectory: renderTrajectories(turns, { numbered: turns.length > 1 }),
      });
    fill([]);
    return async (trajectory) => {
      const turns = turnsOf(trajectory, turn);
      if (turns.length === 0) throw new InvalidInputError("050008", "the trajectory has no turns");
      const vote = await askForGrade({ prompt: fill(turns) }, grading);
      return { passed: vote.grade === 1, explanation: explainVote(template, vote) };
    };
  },
});

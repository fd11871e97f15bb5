import { z } from "zod";
import { EvaluationError, InvalidInputError } from "../evaluation-error.ts";
import type { ModelClient, ModelReply, ModelRequest } from "../model-client.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import type { GradeVote } from "../voting/graded-trial.ts";
import { voteInRounds } from "../voting/vote-in-rounds.ts";
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
  /** How often the model is asked; the majority decides. */
  trials: z
    .int()
    .min(1)
    .max(9)
    .refine((trials) => trials % 2 === 1, "must be odd")
    .default(1),
  /** How often trials without a grade are asked for again. */
  max_retries: z.int().min(0).max(10).default(2),
  /** Of one prompt: what does not fit is shortened. */
  max_input_tokens: z.int().min(4_000).default(32_000),
});

/** Throws EvaluationError 050000, with what the model's provider said, when not all trials give a grade. */
export const rubric = defineValidator({
  type: "rubric",
  description: "A judge model finds that the rubric is met.",
  configSchema,
  check: (config, { client }) => {
    if (client === undefined) throw new InvalidInputError("050008", "a rubric needs a judge model");
    const write = createRubricPrompt(config.rubric, config.max_input_tokens);
    const { model, trials, max_retries: maxRetries } = config;
    return async (trajectory) => {
      const turns = turnsOf(trajectory, config.turn);
      if (turns.length === 0) throw new InvalidInputError("050008", "the trajectory has no turns");
      const request = { ...write(turns), ...(model === undefined ? {} : { model }) };
      const vote = await voteOf(client, request, { trials, maxRetries });
      const said = `${vote.agreement.toFixed(2)} of the grades: ${reasoningOf(vote)}`;
      return { passed: vote.grade === 1, explanation: `Expected: ${excerptOf(config.rubric, 200)}. By ${said}` };
    };
  },
});

async function voteOf(
  client: ModelClient,
  request: ModelRequest,
  options: { readonly trials: number; readonly maxRetries: number },
): Promise<GradeVote> {
  const failures: ModelReply[] = [];
  const ask = async () => {
    const reply = await client.ask(request);
    if (reply.status !== 200) failures.push(reply);
    return { status: reply.status, completion: reply.text };
  };
  try {
    return await voteInRounds({ ...options, ask });
  } catch (cause) {
    const failed = failures.at(-1);
    if (failed === undefined || !(cause instanceof EvaluationError)) throw cause;
    const reason = excerptOf(failed.error ?? "no reason given", 200);
    throw new EvaluationError(cause.code, `the judge model answered with status ${failed.status}: ${reason}`, {
      cause,
    });
  }
}

/** Of the first trial that gave the grade. */
function reasoningOf({ grade, trials }: GradeVote): string {
  const { explanation = "" } = trials.find((trial) => trial.grade === grade) ?? {};
  return excerptOf(explanation.trim().replace(/\n[^\n]*$/, ""), 600);
}

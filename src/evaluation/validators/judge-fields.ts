/** What validators that ask a judge model have in common. */
import { z } from "zod";
import { InvalidInputError } from "../evaluation-error.ts";
import type { GradingOptions } from "../grading/ask-for-grade.ts";
import type { ModelClient } from "../model-client.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import type { GradeVote } from "../voting/graded-trial.ts";
import type { ValidatorNeeds } from "./validator.ts";

export const judgeFields = {
  /** How often the model is asked; the majority decides. */
  trials: z
    .int()
    .min(1)
    .max(9)
    .refine((trials) => trials % 2 === 1, "must be odd")
    .default(1),
  /** How often trials without a grade are asked for again; in waves none are. */
  max_retries: z.int().min(0).max(10).default(2),
  /** `rounds`: all trials are asked for. `waves`: no more than decide the majority. */
  voting: z.enum(["rounds", "waves"]).default("rounds"),
};

interface VotingConfig {
  readonly trials: number;
  readonly max_retries: number;
  readonly voting: "rounds" | "waves";
}

export function gradingOf(
  { trials, max_retries: maxRetries, voting }: VotingConfig,
  client: ModelClient,
): GradingOptions {
  return { client, trials, voting, maxRetries };
}

/** Throws InvalidInputError 050008 when there is none. */
export function judgeOf({ client }: ValidatorNeeds, type: string): ModelClient {
  if (client === undefined) throw new InvalidInputError("050008", `${type} needs a judge model`);
  return client;
}

/** What was expected, how sure the judge is, and what the first trial said that gave the grade. */
export function explainVote(expected: string, { grade, agreement, trials }: GradeVote): string {
  const said = trials.find((trial) => trial.grade === grade)?.explanation ?? "";
  return `Expected: ${excerptOf(expected, 200)}. By ${agreement.toFixed(2)} of the grades: ${reasoningIn(said)}`;
}

/** A judge's words without the line of the grade. */
export const reasoningIn = (said: string): string => excerptOf(said.trim().replace(/\n[^\n]*$/, ""), 600);

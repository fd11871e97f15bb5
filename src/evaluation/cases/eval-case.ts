/** A case of `turnwise eval`: what an agent is asked, turn by turn, and what is expected of it. */
import { z } from "zod";
import type { JsonValue } from "../../model/session.ts";
import type { SimulatedUser, UserOfCase } from "./simulated-user.ts";
import { type ExpectationConfig, expectationSchema } from "../validators/validators.ts";

export interface EvalCase extends UserOfCase {
  /** Unlike that of any other case of the run. */
  readonly id: string;
  /** One message a turn. None where the user is simulated. */
  readonly inputs: readonly string[];
  /** Of the last turn. */
  readonly expectedOutput?: string | undefined;
  readonly expectedTools: readonly string[];
  /** Steps that the task takes; absent: it is not known. */
  readonly stepsNeeded?: number | undefined;
  /** All of them must hold. */
  readonly validators: readonly ExpectationConfig[];
  /** The lowest score, 0..1, with which a trial passes; absent: the run's. */
  readonly threshold?: number | undefined;
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/** 0..1. */
export const share = z.number().min(0).max(1);

/** What can stand in a report's table, a file name and a test's name as it is. */
export const caseId = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._:/#+-]{0,199}$/u,
    "must begin with a letter or digit, then have up to 199 of them, spaces and . _ : / # + -",
  );

const text = z.string().trim().min(1);

const userSchema = z
  .strictObject({
    task: text,
    done_when: z.union([text.transform((one) => [one]), z.array(text).min(1)]),
    persona: z.enum(["expert", "non_expert"]).default("expert"),
    first_message: z.string().min(1).optional(),
    max_turns: z.int().min(1).max(100).default(10),
  })
  .transform(({ done_when, first_message, max_turns, ...rest }): SimulatedUser => ({
    ...rest,
    doneWhen: done_when,
    firstMessage: first_message,
    maxTurns: max_turns,
  }));

/** A case as a case file has it. */
export const evalCaseSchema = z
  .strictObject({
    id: caseId,
    input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
    user: userSchema.optional(),
    expected_output: z.string().optional(),
    expected_tools: z.array(z.string().min(1)).default([]),
    steps_needed: z.int().min(1).optional(),
    validators: z.array(expectationSchema).default([]),
    threshold: share.optional(),
    metadata: z.record(z.string(), z.json()).default({}),
  })
  .superRefine(({ input, user }, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", path: ["input"], message });
    if (input === undefined && user === undefined) refuse('is required, or "user"');
    if (input !== undefined && user !== undefined) refuse('is what a "user" is simulated to say');
  })
  .transform(({ input = [], expected_output, expected_tools, steps_needed, ...rest }): EvalCase => ({
    ...rest,
    inputs: typeof input === "string" ? [input] : input,
    expectedOutput: expected_output,
    expectedTools: expected_tools,
    stepsNeeded: steps_needed,
  }));

/** At least one case, and no id twice: the second one is named. */
export const evalCasesSchema = z
  .array(evalCaseSchema)
  .min(1)
  .superRefine((cases, context) => {
    const first = new Map<string, number>();
    for (const [at, { id }] of cases.entries()) {
      const before = first.get(id);
      if (before === undefined) first.set(id, at);
      else context.addIssue({ code: "custom", path: [at, "id"], message: `is also the id of case ${before + 1}` });
    }
  });

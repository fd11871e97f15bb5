/** The validators, and how expectations in a configuration name them. */
import { z } from "zod";
import { nearestWord } from "../../component/did-you-mean.ts";
import { InvalidInputError } from "../evaluation-error.ts";
import { contains } from "./contains.ts";
import { equals } from "./equals.ts";
import { jsonSchema } from "./json-schema.ts";
import { levenshtein } from "./levenshtein.ts";
import { regexMatch } from "./regex-match.ts";
import { rubric } from "./rubric.ts";
import { llmCheck } from "./llm-check.ts";
import { stepCount } from "./step-count.ts";
import { subgoal } from "./subgoal.ts";
import { toolArguments } from "./tool-arguments.ts";
import { toolCall } from "./tool-call.ts";
import { toolOrder } from "./tool-order.ts";
import { toolUsed } from "./tool-used.ts";
import type { Validate, ValidatorNeeds, ValidatorType } from "./validator.ts";

const all: readonly [ValidatorType, ...ValidatorType[]] = [
  toolUsed,
  toolOrder,
  toolArguments,
  stepCount,
  contains,
  equals,
  regexMatch,
  levenshtein,
  jsonSchema,
  rubric,
  subgoal,
  llmCheck,
  toolCall,
];

export const validators: readonly ValidatorType[] = all;

const [first, ...others] = all;

const types = all.map(({ type }) => type);

/** For whoever has misspelt a type. */
function hintFor(expectation: unknown): string {
  const given = typeof expectation === "object" && expectation !== null && "type" in expectation && expectation.type;
  const nearest = typeof given === "string" ? nearestWord(given, types) : undefined;
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

/** An expectation as configurations write it: a validator's `type`, and what that type is configured with. */
export const expectationSchema = z.discriminatedUnion(
  "type",
  [first.configSchema, ...others.map(({ configSchema }) => configSchema)],
  { error: ({ input }) => `must be ${types.join(" or ")}${hintFor(input)}` },
);
export type ExpectationConfig = z.output<typeof expectationSchema>;

/** Throws ZodError for what is no expectation, and InvalidInputError 050008 when the validator lacks what it needs. */
export function createValidator(expectation: unknown, needs: ValidatorNeeds = {}): Validate {
  const config = expectationSchema.parse(expectation);
  const validator = all.find(({ type }) => type === config.type);
  if (validator === undefined) throw new InvalidInputError("050009", `there is no validator ${config.type}`);
  return validator.create(config, needs);
}

/** What is wrong with cases that each fit their schema: expectations that nothing can say the truth of. */
import type { ParsedCaseFile } from "./case-file-schema.ts";
import type { Problem } from "../config/problem.ts";
import { InvalidInputError } from "../evaluation/evaluation-error.ts";
import type { ModelClient } from "../evaluation/model-client.ts";
import { createValidator, type ExpectationConfig } from "../evaluation/validators/validators.ts";

export function checkCases({ cases, judge }: ParsedCaseFile): readonly Problem[] {
  return cases.flatMap(({ user, inputs, validators }, at) => [
    ...(user === undefined || judge !== undefined
      ? []
      : [{ path: ["cases", at, "user"], message: "a simulated user needs a language model", advice }]),
    ...validators.flatMap((config, place) => {
      const message = problemOf(config, judge !== undefined) ?? repetition(config, judge);
      const path = ["cases", at, "validators", place];
      if (user === undefined && config.turn !== undefined && config.turn > inputs.length)
        return [{ path: [...path, "turn"], message: `is ${config.turn}, and there are inputs for ${inputs.length}` }];
      return message === undefined ? [] : [{ path, message, ...(judge === undefined ? { advice } : {}) }];
    }),
  ]);
}

const advice = 'say which one under "judge"';

function problemOf(config: ExpectationConfig, hasJudge: boolean): string | undefined {
  try {
    createValidator(config, hasJudge ? { client: unasked } : {});
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInputError) return error.reason;
    throw error;
  }
}

/** As of the `llm` judge: what costs and tells nothing is a mistake. */
function repetition(config: ExpectationConfig, judge: ParsedCaseFile["judge"]): string | undefined {
  if (judge?.temperature !== 0 || !("trials" in config) || config.trials === 1) return undefined;
  return `at temperature 0 the model would say the same thing ${String(config.trials)} times: set judge::temperature, or trials to 1`;
}

/** Creating a validator asks nothing. */
const unasked: ModelClient = { ask: () => Promise.reject(new Error("nothing is asked before the run")) };

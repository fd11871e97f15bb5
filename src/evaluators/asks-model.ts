import { InvalidInputError } from "../evaluation/evaluation-error.ts";
import { createValidator, type ExpectationConfig } from "../evaluation/validators/validators.ts";

/** Whether it takes a judge model to tell. Throws InvalidInputError for an expectation that nothing can be told of. */
export function asksModel(expectation: ExpectationConfig): boolean {
  try {
    createValidator(expectation);
    return false;
  } catch (error) {
    if (error instanceof InvalidInputError && error.code === "050008") return true;
    throw error;
  }
}

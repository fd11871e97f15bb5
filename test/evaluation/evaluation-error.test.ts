import { describe, expect, it } from "vitest";
import { EvaluationError, InvalidInputError } from "../../src/evaluation/evaluation-error.ts";

describe("AI-11 errors", () => {
  it("say their code in the original's words", () => {
    expect(new EvaluationError("050007", "too few").message).toBe("Internal Code: 050007, Error Message: too few");
  });

  it("tell wrong input from what could not be made, and both are caught as one", () => {
    const error = new InvalidInputError("050009", "both", { cause: "why" });
    expect(error).toBeInstanceOf(EvaluationError);
    expect(error).toMatchObject({ name: "InvalidInputError", code: "050009", cause: "why" });
    expect(new EvaluationError("050000", "no")).not.toBeInstanceOf(InvalidInputError);
  });
});

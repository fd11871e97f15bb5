/** `050000`: invalid trials, or a wrong number of them. `050007`: too few of them say the same. Source: agent_inspect's error codes. */
export type EvaluationErrorCode = "050000" | "050007";

/** A validation that could not be made, which is neither passed nor failed. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
  readonly code: EvaluationErrorCode;
  constructor(code: EvaluationErrorCode, message: string) {
    super(`Internal Code: ${code}, Error Message: ${message}`);
    this.code = code;
  }
}

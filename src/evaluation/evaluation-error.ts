/** Errors with the codes of agent_inspect: two digits for the component, four for what went wrong. */

/** `05` evaluation, `06` user proxy, `07` model client, `08` tool (error analysis, statistics). */
type Component = "05" | "06" | "07" | "08";

/**
 * `0000` invalid judge result, or a number of trials that has no majority. `0003` no grade. `0004` nothing was validated. `0005`
 * no progress scores. `0006` no area under so few points. `0007` too few judges say the same. `0008` missing value. `0009`
 * invalid value. `0010` reflection failed. `0011` the user proxy's reply failed. `0012` no progress per turn. `0013` unsupported
 * by the model. `0014` no JSON in all tries. `0015`, `0016`, `0017`: summary, vote, model request failed.
 */
type Fault =
  | "0000"
  | "0003"
  | "0004"
  | "0005"
  | "0006"
  | "0007"
  | "0008"
  | "0009"
  | "0010"
  | "0011"
  | "0012"
  | "0013"
  | "0014"
  | "0015"
  | "0016"
  | "0017";

/** `050007`: of an evaluation, too few judges say the same. */
export type EvaluationErrorCode = `${Component}${Fault}`;

/** A validation or metric that could not be made, which is neither passed nor failed. */
export class EvaluationError extends Error {
  override readonly name: string = "EvaluationError";
  readonly code: EvaluationErrorCode;
  /** The message without agent_inspect's frame around it. */
  readonly reason: string;
  constructor(code: EvaluationErrorCode, reason: string, options?: ErrorOptions) {
    super(`Internal Code: ${code}, Error Message: ${reason}`, options);
    this.code = code;
    this.reason = reason;
  }
}

/** What was given cannot be evaluated: `…0008` something is missing, `…0009` something cannot be. */
export class InvalidInputError extends EvaluationError {
  override readonly name = "InvalidInputError";
}

/** `crashed`: it failed or is gone. `timed_out`: no answer in time. `bad_answer`: what it answered is no answer. */
export type AgentErrorCode = "crashed" | "timed_out" | "bad_answer";

/** An agent that did not answer. The case is neither passed nor scored. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;
  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

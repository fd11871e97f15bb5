/** The client of a Turnwise server, for Node and browsers. */
export {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  EvaluationFailedError,
  EvaluationTimeoutError,
  InvalidRequestError,
  NotFoundError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  TurnwiseError,
} from "./errors.ts";
export type {
  EvaluateOptions,
  Evaluation,
  NewItem,
  OtlpEvaluation,
  SessionChoice,
  SessionsEvaluation,
  TraceEvaluation,
} from "./evaluations.ts";
export type { JobHandle, JobWaitOptions } from "./job-handle.ts";
export type { PageFilter, RunFilter, RunItemFilter, TrendFilter } from "./runs.ts";
export type { JudgementEvent } from "./follow-judgements.ts";
export type { BackfillFilter, ParkedFilter } from "./server-state.ts";
export type { LabelTarget, SessionEvent, SessionFilter } from "./sessions.ts";
export type { StreamingSession } from "./streaming-session.ts";
export type { RequestOptions, SubmitOptions } from "./transport.ts";
export { type PageOptions, Turnwise, type TurnwiseOptions, type WaitOptions } from "./turnwise.ts";
export type { VoiceSubmission } from "./voice-submission.ts";
export type * from "./types.ts";

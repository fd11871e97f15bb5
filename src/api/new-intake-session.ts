/** A text or a recording as what the store is to create. */
import type { NewIntake } from "../component/intake.ts";
import type { NewMessageSession } from "../component/store.ts";
import type { JsonValue } from "../model/session.ts";
import type { TranscriptHints } from "../model/transcript.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { idempotencyOf } from "./idempotency.ts";
import { allowanceFor } from "./new-session.ts";
import { redactSubmission } from "./redact-submission.ts";
import type { ApiContext, Call } from "./route.ts";
import type { Submission } from "./submission.ts";

export interface SubmittedIntake extends Pick<Submission, "metadata" | "instructions" | "evaluate_safety"> {
  readonly source: "text" | "voice";
  /** Empty for a recording: what it holds counts when it is transcribed. */
  readonly text: string;
  readonly hints: TranscriptHints;
}

type Context = Pick<ApiContext, "redactors">;

/** Redacted as messages are, so that nothing else is kept. Throws what toNewSession throws. */
export function toIntakeSession(
  submitted: SubmittedIntake,
  toIntake: (redacted: { readonly text: string; readonly hints: TranscriptHints }) => NewIntake,
  call: Pick<Call, "caller" | "headers">,
  { redactors = [] }: Context,
  /** What makes two requests the same beside all this. */
  digests: readonly string[] = [],
): NewMessageSession {
  const { source, evaluate_safety: evaluateSafety = false } = submitted;
  const submission = toSubmission(submitted);
  const { messages, metadata = {}, instructions } = redactSubmission(submission, redactors);
  const [message] = messages;
  const text = typeof message?.content === "string" ? message.content : "";
  const hints = redactHints(withLimit(submitted.hints, call), redactors);
  const request: JsonValue = [source, text, { ...hints }, metadata, instructions ?? "", evaluateSafety, ...digests];
  const idempotency = idempotencyOf(call, request);
  return {
    project: call.caller.project,
    source,
    messages: [],
    intake: toIntake({ text, hints }),
    metadata,
    judging: { ...(instructions && { instructions }), evaluateSafety },
    open: false,
    ...allowanceFor(submission, call),
    ...(idempotency && { idempotency }),
  };
}

function toSubmission({ text, metadata, instructions }: SubmittedIntake): Submission {
  return {
    messages: [{ role: "user", content: text }],
    ...(metadata && { metadata }),
    ...(instructions && { instructions }),
  };
}

function withLimit(hints: TranscriptHints, { caller }: Pick<Call, "caller">): TranscriptHints {
  const limits = caller.account?.limits;
  return limits === undefined ? hints : { ...hints, maxCharacters: limits.maxCharacters };
}

function redactHints(hints: TranscriptHints, redactors: readonly Redactor[]): TranscriptHints {
  const redact = (text: string): string => redactors.reduce((redacted, redactor) => redactor.text(redacted), text);
  const { context, humanSpeaker } = hints;
  return {
    ...hints,
    ...(context === undefined ? {} : { context: redact(context) }),
    ...(humanSpeaker === undefined ? {} : { humanSpeaker: redact(humanSpeaker) }),
  };
}

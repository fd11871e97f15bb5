import type { ChatMessage } from "../model/message.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { redactedSchema, type Submission } from "./submission.ts";

/**
 * The submission without what the redactors find in its messages, tools, metadata and instructions. Redacted as JSON text, which
 * stays JSON; held against the schema again, so that rules which leave no message are an error and nothing is stored.
 */
export function redactSubmission(submission: Submission, redactors: readonly Redactor[]): Submission {
  return redactors.reduce(redactOnce, submission);
}

/** As redactSubmission, for messages that are added to others. */
export function redactMessages(
  messages: readonly ChatMessage[],
  redactors: readonly Redactor[],
): readonly ChatMessage[] {
  return redactSubmission({ messages }, redactors).messages;
}

function redactOnce(submission: Submission, redactor: Redactor): Submission {
  const { messages, tools, metadata, instructions } = submission;
  const redact = (value: unknown): unknown => JSON.parse(redactor.text(JSON.stringify(value)));
  const redacted = redactedSchema.parse({
    messages: messages.map((message) => ({ ...asObject(redact(message)), role: message.role })),
    ...(tools && { tools: tools.map(redact) }),
    ...(metadata && { metadata: redact(metadata) }),
  });
  return {
    ...submission,
    ...redacted,
    ...(instructions !== undefined && { instructions: redactor.text(instructions) }),
  };
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

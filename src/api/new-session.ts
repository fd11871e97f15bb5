/** What is submitted as what the store is to create. */
import type { NewMessageSession } from "../component/store.ts";
import { excessOf } from "../model/message-limits.ts";
import { RefusedError } from "../model/errors.ts";
import type { ChatMessage } from "../model/message.ts";
import type { JsonValue } from "../model/session.ts";
import { idempotencyOf } from "./idempotency.ts";
import { redactSubmission } from "./redact-submission.ts";
import type { ApiContext, Call } from "./route.ts";
import { requireShallow, sizeOf, type Submission } from "./submission.ts";

/** Throws 400 for a wrong idempotency key, and what allowanceFor throws. */
export function toNewSession(
  submission: Submission,
  source: "messages" | "stream",
  call: Pick<Call, "caller" | "headers">,
  { redactors = [] }: Pick<ApiContext, "redactors">,
): NewMessageSession {
  const allowance = allowanceFor(submission, call);
  const { messages, tools, metadata, instructions, evaluate_safety } = redactSubmission(submission, redactors);
  const session: NewMessageSession = {
    project: call.caller.project,
    source,
    messages,
    ...(tools && { tools }),
    metadata: metadata ?? {},
    judging: { ...(instructions && { instructions }), evaluateSafety: evaluate_safety ?? false },
    open: source === "stream",
    ...allowance,
  };
  const idempotency = idempotencyOf(call, contentOf(session));
  return { ...session, ...(idempotency && { idempotency }) };
}

/** What makes two requests the same. */
export function contentOf({ source, messages, tools = [], metadata, judging }: NewMessageSession): JsonValue {
  const { instructions = "", evaluateSafety } = judging;
  return [source, contentOfMessages(messages), tools, metadata, instructions, evaluateSafety];
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- messages are JSON, whatever more is known of them
export const contentOfMessages = (messages: readonly ChatMessage[]): JsonValue => messages as unknown as JsonValue;

/** Empty for a caller without limits. Throws 400 for deep nesting, 413 and 422 for what is beyond them by itself. */
export function allowanceFor(
  submission: Pick<Submission, "messages" | "tools" | "metadata">,
  { caller }: Pick<Call, "caller">,
): Pick<NewMessageSession, "allowance"> {
  requireShallow(submission);
  const limits = caller.account?.limits;
  if (limits === undefined) return {};
  const size = sizeOf(submission);
  const excess = excessOf(size, limits);
  if (excess !== undefined) throw new RefusedError(excess);
  return { allowance: { limits, size } };
}

import type { CreatedSession, NewMessageSession } from "../../component/store.ts";
import { type Refusal, RefusedError } from "../../model/errors.ts";
import { ApiError, toApiError, toErrorBody, toPublicError } from "../api-error.ts";
import { idempotencyOf, partOf, replayHeaders } from "../idempotency.ts";
import { contentOf, toNewSession } from "../new-session.ts";
import { type ApiContext, type Call, defineRoute } from "../route.ts";
import { batchSchema, requireShallow, submissionSchema } from "../submission.ts";
import { validateBody } from "../validate.ts";
import { type BatchItem, batchResultSchema, type BatchResult } from "../valuehead-contract.ts";

/** Each trace by itself: a bad one has an error in its place and does not hurt the others. They are stored in one commit. */
export const submitTraceBatch = defineRoute({
  method: "post",
  path: "/api/v1/traces/batch",
  access: "ingest",
  headers: ["idempotency-key"],
  body: batchSchema,
  takesMessages: true,
  operation: {
    id: "submitTraceBatch",
    summary: "Takes up to 100 conversations at once.",
    reply: { status: 201, schema: batchResultSchema },
    errors: [413, 422],
  },
  async answer(call, context) {
    const read = call.body.traces.map((trace) => readTrace(trace, call, context));
    const sessions = withKeys(read, call);
    const created = await context.store.createMessageSessions(sessions);
    const conflict = created.find((one) => "code" in one && one.code === "idempotency_conflict");
    if (conflict !== undefined && "code" in conflict) throw new RefusedError(conflict);
    const left = [...created];
    const body: BatchResult = { results: read.map((item) => toItem("project" in item ? left.shift() : item)) };
    return { status: 201, body, headers: replayHeaders(created.some((one) => "isReplay" in one)) };
  },
});

type ReadTrace = NewMessageSession | ApiError;

function readTrace(trace: unknown, { caller }: Pick<Call, "caller">, context: ApiContext): ReadTrace {
  try {
    requireShallow(trace);
    const submission = validateBody(submissionSchema, trace);
    if (submission === undefined) throw new ApiError(400, "invalid_request", "is not an object");
    return toNewSession(submission, "messages", { caller, headers: {} }, context);
  } catch (error) {
    if (toApiError(error) === undefined) context.logger.error({ err: error }, "a trace of a batch failed");
    return toPublicError(error);
  }
}

/**
 * One key for the whole batch: what it is of is all of it, also what is wrong in it. Its good traces are counted, so that every
 * batch has a first one, by which another batch under the same key is known.
 */
function withKeys(read: readonly ReadTrace[], call: Pick<Call, "headers">): readonly NewMessageSession[] {
  const idempotency = idempotencyOf(
    call,
    read.map((item) => ("project" in item ? contentOf(item) : item.message)),
  );
  const sessions = read.flatMap((item) => ("project" in item ? item : []));
  if (idempotency === undefined) return sessions;
  return sessions.map((session, at) => ({ ...session, idempotency: partOf(idempotency, at) }));
}

function toItem(outcome: CreatedSession | Refusal | ApiError | undefined): BatchItem {
  if (outcome !== undefined && "id" in outcome)
    return { session_id: outcome.id, status: "pending", transcript_preview: null };
  const error = outcome instanceof ApiError ? outcome : toPublicError(outcome && new RefusedError(outcome));
  return { error: { ...toErrorBody(error), status: error.status } };
}

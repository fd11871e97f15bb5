/** Sessions to which messages are added while they go on. */
import { z } from "zod";
import { sessionNotFound } from "../api-error.ts";
import { idempotencyOf, replayHeaders } from "../idempotency.ts";
import { allowanceFor, contentOfMessages, toNewSession } from "../new-session.ts";
import { redactMessages } from "../redact-submission.ts";
import { defineRoute } from "../route.ts";
import { appendSchema, streamSchema } from "../submission.ts";
import { closedTraceSchema, type ClosedTrace, submitResultSchema, type SubmitResult } from "../valuehead-contract.ts";
import { submitted } from "./traces.ts";

export const openTraceStream = defineRoute({
  method: "post",
  path: "/api/v1/traces/streaming",
  access: "ingest",
  headers: ["idempotency-key"],
  body: streamSchema,
  takesMessages: true,
  operation: {
    id: "openTraceStream",
    summary: "Opens a session that takes more messages until it is closed.",
    reply: { status: 201, schema: submitResultSchema },
    errors: [413, 422, 429],
  },
  async answer(call, context) {
    const { initial_messages: messages = [], ...options } = call.body;
    const session = toNewSession({ messages, ...options }, "stream", call, context);
    return submitted(await context.store.createMessageSession(session), "open");
  },
});

/** Turns that are answered are judged soon; the whole only after the close. */
export const appendTraceMessages = defineRoute({
  method: "post",
  path: "/api/v1/traces/:id/messages",
  access: "ingest",
  headers: ["idempotency-key"],
  body: appendSchema,
  takesMessages: true,
  operation: {
    id: "appendTraceMessages",
    summary: "Adds messages to an open session.",
    reply: { status: 200, schema: submitResultSchema },
    errors: [409, 413, 422],
  },
  async answer(call, { store, redactors = [] }) {
    const { ref, body } = call;
    const { allowance } = allowanceFor(body, call);
    const messages = redactMessages(body.messages, redactors);
    const idempotency = idempotencyOf(call, contentOfMessages(messages));
    const outcome = await store.appendMessages(ref, messages, {
      ...(allowance && { allowance }),
      ...(idempotency && { idempotency }),
    });
    if (outcome === "missing") throw sessionNotFound();
    const result: SubmitResult = { session_id: ref.id, status: "open", transcript_preview: null };
    return { status: 200, body: result, headers: replayHeaders(outcome === "replayed") };
  },
});

/** Closing again changes nothing. */
export const closeTraceStream = defineRoute({
  method: "post",
  path: "/api/v1/traces/:id/close",
  access: "ingest",
  body: z.strictObject({}),
  operation: {
    id: "closeTraceStream",
    summary: "No more messages will come: the session is judged as a whole.",
    reply: { status: 200, schema: closedTraceSchema },
    errors: [409],
  },
  async answer({ ref }, { store }) {
    if (!(await store.closeStream(ref))) throw sessionNotFound();
    const body: ClosedTrace = { session_id: ref.id, status: "closing" };
    return { status: 200, body };
  },
});

/** ValueHead's face of sessions: submit messages, read and delete. */
import { z } from "zod";
import type { CreatedSession, JudgedSession } from "../../component/store.ts";
import { sessionNotFound } from "../api-error.ts";
import { replayHeaders } from "../idempotency.ts";
import { toNewSession } from "../new-session.ts";
import { type Answer, defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";
import { submissionSchema } from "../submission.ts";
import {
  submitResultSchema,
  type SubmitResult,
  valueHeadDetailSchema,
  valueHeadListSchema,
} from "../valuehead-contract.ts";
import { toValueHeadDetail, toValueHeadListItem } from "../valuehead-session.ts";
import { waitSchema, waitUntilSettled } from "../wait-until-settled.ts";

export const submitTrace = defineRoute({
  method: "post",
  path: "/api/v1/traces",
  access: "ingest",
  headers: ["idempotency-key"],
  body: submissionSchema,
  takesMessages: true,
  operation: {
    id: "submitTrace",
    summary: "Takes a conversation's messages, which are judged then.",
    reply: { status: 201, schema: submitResultSchema },
    errors: [413, 422, 429],
  },
  async answer(call, context) {
    const created = await context.store.createMessageSession(toNewSession(call.body, "messages", call, context));
    return submitted(created, "pending");
  },
});

/** The same answer when it is asked again under the same idempotency key. */
export function submitted({ id, isReplay }: CreatedSession, status: SubmitResult["status"]): Answer {
  const body: SubmitResult = { session_id: id, status, transcript_preview: null };
  return { status: 201, body, headers: replayHeaders(isReplay) };
}

export const listTraces = defineRoute({
  method: "get",
  path: "/api/v1/traces",
  access: "read",
  query: z.strictObject({
    limit: wholeNumber({ min: 0, max: 1000, default: 50 }),
    offset: wholeNumber({ min: 0, max: 1_000_000, default: 0 }),
  }),
  operation: {
    id: "listTraces",
    summary: "Lists sessions, newest activity first.",
    reply: { status: 200, schema: valueHeadListSchema },
  },
  async answer({ ref: { project }, query: { limit, offset } }, { store }) {
    const total = await store.countSessions({ project, limit: 1 });
    const found = limit === 0 ? [] : (await store.findSessions({ project, limit, offset })).sessions;
    return { status: 200, body: { sessions: found.map(toValueHeadListItem), total, count: found.length } };
  },
});

export const getTrace = defineRoute({
  method: "get",
  path: "/api/v1/traces/:id",
  access: "read",
  query: waitSchema,
  operation: {
    id: "getTrace",
    summary: "A session with its judgements so far; with `wait`, when it is judged or so many seconds have passed.",
    reply: { status: 200, schema: valueHeadDetailSchema },
  },
  answer: async ({ ref, query: { wait } }, { store }) =>
    wait === 0
      ? toAnswer(await store.getSession(ref))
      : { wait: async (ended) => toAnswer(await waitUntilSettled(store, ref, wait * 1000, ended)) },
});

export function toAnswer(judged: JudgedSession | undefined): Answer {
  if (judged === undefined) throw sessionNotFound();
  return { status: 200, body: toValueHeadDetail(judged) };
}

export const deleteTrace = defineRoute({
  method: "delete",
  path: "/api/v1/traces/:id",
  access: "write",
  operation: { id: "deleteTrace", summary: "Deletes a session.", reply: { status: 204 } },
  async answer({ ref }, { store }) {
    if (!(await store.deleteSession(ref))) throw sessionNotFound();
    return { status: 204 };
  },
});

/** A slice at a time, so that whoever else writes does not wait for all of it. What comes meanwhile stays. */
export const deleteTraces = defineRoute({
  method: "delete",
  path: "/api/v1/traces",
  access: "write",
  operation: { id: "deleteTraces", summary: "Deletes all sessions.", reply: { status: 204 } },
  async answer({ ref: { project } }, { store }) {
    let cursor: number | undefined;
    do ({ cursor } = await store.deleteSessions({ project, ...(cursor === undefined ? {} : { cursor }) }));
    while (cursor !== undefined);
    return { status: 204 };
  },
});

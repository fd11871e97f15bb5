/** ValueHead's face of sessions: submit messages, read and delete. */
import { z } from "zod";
import { sessionNotFound } from "../api-error.ts";
import { redactSubmission } from "../redact-submission.ts";
import { defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";
import { checkTraceLimits, submissionSchema } from "../submission.ts";
import type { SubmitResult } from "../valuehead-contract.ts";
import { toValueHeadDetail, toValueHeadListItem } from "../valuehead-session.ts";
import { deleteSession } from "./sessions.ts";

export const submitTrace = defineRoute({
  method: "post",
  path: "/api/v1/traces",
  access: "ingest",
  body: submissionSchema,
  async answer({ ref, body: submitted }, { store, redactors = [] }) {
    checkTraceLimits(submitted);
    const { messages, tools, metadata, instructions, evaluate_safety } = redactSubmission(submitted, redactors);
    const { id } = await store.createMessageSession({
      project: ref.project,
      source: "messages",
      messages,
      ...(tools && { tools }),
      metadata: metadata ?? {},
      judging: { ...(instructions && { instructions }), evaluateSafety: evaluate_safety ?? false },
      open: false,
    });
    const body: SubmitResult = { session_id: id, status: "pending", transcript_preview: null };
    return { status: 201, body };
  },
});

export const listTraces = defineRoute({
  method: "get",
  path: "/api/v1/traces",
  access: "read",
  query: z.strictObject({
    limit: wholeNumber({ min: 0, max: 1000, default: 50 }),
    offset: wholeNumber({ min: 0, max: 1_000_000, default: 0 }),
  }),
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
  async answer({ ref }, { store }) {
    const judged = await store.getSession(ref);
    if (judged === undefined) throw sessionNotFound();
    return { status: 200, body: toValueHeadDetail(judged) };
  },
});

export const deleteTrace = defineRoute({ ...deleteSession, path: "/api/v1/traces/:id" });

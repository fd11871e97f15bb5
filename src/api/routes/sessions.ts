import type { JudgedSession } from "../../component/store.ts";
import { sessionNotFound } from "../api-error.ts";
import { sessionDetailSchema, sessionPageSchema } from "../contract.ts";
import type { Judging } from "../judging-detail.ts";
import { type Answer, defineRoute } from "../route.ts";
import { toSessionDetail, toSessionSummary } from "../session-detail.ts";
import { sessionQuerySchema, toSessionQuery } from "../session-query.ts";
import { waitSchema, waitUntilSettled } from "../wait-until-settled.ts";

export const listSessions = defineRoute({
  method: "get",
  path: "/api/v1/sessions",
  access: "read",
  query: sessionQuerySchema,
  operation: {
    id: "listSessions",
    summary: "Sessions, newest activity first; metadata.KEY=VALUE filters by metadata.",
    reply: { status: 200, schema: sessionPageSchema },
  },
  async answer({ ref, query }, { store }) {
    const page = await store.findSessions(toSessionQuery(ref.project, query));
    return {
      status: 200,
      body: { sessions: page.sessions.map(toSessionSummary), next_cursor: page.nextCursor ?? null },
    };
  },
});

export const getSession = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id",
  access: "read",
  query: waitSchema,
  operation: {
    id: "getSession",
    summary:
      "A session with its turns and their judgements; with `wait`, when it is judged or so many seconds have passed.",
    reply: { status: 200, schema: sessionDetailSchema },
  },
  answer: async ({ ref, query: { wait } }, { store, judges, evaluators = [] }) =>
    wait === 0
      ? toAnswer(await store.getSession(ref), [...judges, ...evaluators])
      : {
          wait: async (ended) =>
            toAnswer(await waitUntilSettled(store, ref, wait * 1000, ended), [...judges, ...evaluators]),
        },
});

function toAnswer(judged: JudgedSession | undefined, judges: readonly Judging[]): Answer {
  if (judged === undefined) throw sessionNotFound();
  return { status: 200, body: toSessionDetail(judged, judges) };
}

export const deleteSession = defineRoute({
  method: "delete",
  path: "/api/v1/sessions/:id",
  access: "write",
  operation: { id: "deleteSession", summary: "Removes a session with what it was built of.", reply: { status: 204 } },
  async answer({ ref }, { store }) {
    if (!(await store.deleteSession(ref))) throw sessionNotFound();
    return { status: 204 };
  },
});

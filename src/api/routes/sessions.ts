import { sessionNotFound } from "../api-error.ts";
import { defineRoute } from "../route.ts";
import { toSessionDetail, toSessionSummary } from "../session-detail.ts";
import { sessionQuerySchema, toSessionQuery } from "../session-query.ts";

export const listSessions = defineRoute({
  method: "get",
  path: "/api/v1/sessions",
  access: "read",
  query: sessionQuerySchema,
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
  async answer({ ref }, { store }) {
    const judged = await store.getSession(ref);
    if (judged === undefined) throw sessionNotFound();
    return { status: 200, body: toSessionDetail(judged) };
  },
});

export const deleteSession = defineRoute({
  method: "delete",
  path: "/api/v1/sessions/:id",
  access: "write",
  async answer({ ref }, { store }) {
    if (!(await store.deleteSession(ref))) throw sessionNotFound();
    return { status: 204 };
  },
});

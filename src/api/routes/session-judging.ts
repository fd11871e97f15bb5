import { z } from "zod";
import type { SessionRef, Store } from "../../component/store.ts";
import { sessionNotFound } from "../api-error.ts";
import { type SessionState, sessionStateSchema } from "../contract.ts";
import { judgesAskedFor } from "../judges-asked-for.ts";
import { defineRoute, type Reply } from "../route.ts";

const noBody = z.strictObject({});

export const judgeSession = defineRoute({
  method: "post",
  path: "/api/v1/sessions/:id/judge",
  access: "write",
  query: z.strictObject({ judge: z.string().min(1).optional() }),
  body: noBody,
  operation: {
    id: "judgeSession",
    summary: "Has a session judged again, by one judge or evaluator, or by all.",
    reply: { status: 202, schema: sessionStateSchema },
    errors: [409],
  },
  async answer({ ref, query }, { store, judges, evaluators = [] }) {
    if (query.judge !== undefined) judgesAskedFor([...judges, ...evaluators], query.judge);
    return accepted(store, ref, await store.requestJudgement(ref, query.judge));
  },
});

export const closeSession = defineRoute({
  method: "post",
  path: "/api/v1/sessions/:id/close",
  access: "write",
  body: noBody,
  operation: {
    id: "closeSession",
    summary: "No more will come: judge the session now.",
    reply: { status: 202, schema: sessionStateSchema },
  },
  async answer({ ref }, { store }) {
    return accepted(store, ref, await store.closeSession(ref));
  },
});

async function accepted(store: Store, ref: SessionRef, found: boolean): Promise<Reply> {
  const judged = found ? await store.getSession(ref) : undefined;
  if (judged === undefined) throw sessionNotFound();
  const body: SessionState = { id: judged.session.id, status: judged.session.status };
  return { status: 202, body };
}

import { z } from "zod";
import type { Store } from "../../component/store.ts";
import { sessionNotFound } from "../api-error.ts";
import { createCancelCounts } from "../cancel-counts.ts";
import { type RebuildsState, rebuildsStateSchema, type SessionState, sessionStateSchema } from "../contract.ts";
import { defineRoute } from "../route.ts";

const noBody = z.strictObject({});

const cancelCounts = createCancelCounts();

async function stateOf(store: Store, project: string): Promise<RebuildsState> {
  return {
    waiting: await store.countRequestedBuilds(project),
    cancelled: await cancelCounts.of(store, project),
  };
}

/** All sessions of the project are built again, behind everything else that waits. */
export const rebuildSessions = defineRoute({
  method: "post",
  path: "/api/v1/rebuilds",
  access: "write",
  body: noBody,
  operation: {
    id: "rebuildSessions",
    summary: "Has all sessions built again of what came in, behind everything else that waits.",
    reply: { status: 202, schema: rebuildsStateSchema },
  },
  async answer({ ref: { project } }, { store }) {
    let cursor: number | undefined;
    do ({ cursor } = await store.requestBuilds({ project, ...(cursor === undefined ? {} : { cursor }) }));
    while (cursor !== undefined);
    return { status: 202, body: await stateOf(store, project) };
  },
});

export const getRebuilds = defineRoute({
  method: "get",
  path: "/api/v1/rebuilds",
  access: "read",
  operation: {
    id: "getRebuilds",
    summary: "How many sessions are still to be built again.",
    reply: { status: 200, schema: rebuildsStateSchema },
  },
  async answer({ ref: { project } }, { store }) {
    return { status: 200, body: await stateOf(store, project) };
  },
});

/** Those that are not built yet stay as they are; those that were asked for by their ids are built all the same. */
export const cancelRebuilds = defineRoute({
  method: "delete",
  path: "/api/v1/rebuilds",
  access: "write",
  operation: {
    id: "cancelRebuilds",
    summary: "Those that are not built again yet stay as they are.",
    reply: { status: 200, schema: rebuildsStateSchema },
  },
  async answer({ ref: { project } }, { store }) {
    await cancelCounts.count(store, project, async () => store.cancelBuilds(project));
    return { status: 200, body: await stateOf(store, project) };
  },
});

export const rebuildSession = defineRoute({
  method: "post",
  path: "/api/v1/sessions/:id/rebuild",
  access: "write",
  body: noBody,
  operation: {
    id: "rebuildSession",
    summary: "Has one session built again.",
    reply: { status: 202, schema: sessionStateSchema },
  },
  async answer({ ref }, { store }) {
    const judged = (await store.requestBuild(ref)) ? await store.getSession(ref) : undefined;
    if (judged === undefined) throw sessionNotFound();
    const body: SessionState = { id: judged.session.id, status: judged.session.status };
    return { status: 202, body };
  },
});

import { z } from "zod";
import { sessionNotFound } from "../api-error.ts";
import type { RebuildsState, SessionState } from "../contract.ts";
import { defineRoute } from "../route.ts";

const noBody = z.strictObject({});

/** All sessions of the project are built again, behind everything else that waits. */
export const rebuildSessions = defineRoute({
  method: "post",
  path: "/api/v1/rebuilds",
  access: "write",
  body: noBody,
  async answer({ ref: { project } }, { store }) {
    let cursor: number | undefined;
    do ({ cursor } = await store.requestBuilds({ project, ...(cursor === undefined ? {} : { cursor }) }));
    while (cursor !== undefined);
    const body: RebuildsState = { waiting: await store.countRequestedBuilds(project) };
    return { status: 202, body };
  },
});

export const getRebuilds = defineRoute({
  method: "get",
  path: "/api/v1/rebuilds",
  access: "read",
  async answer({ ref: { project } }, { store }) {
    const body: RebuildsState = { waiting: await store.countRequestedBuilds(project) };
    return { status: 200, body };
  },
});

export const rebuildSession = defineRoute({
  method: "post",
  path: "/api/v1/sessions/:id/rebuild",
  access: "write",
  body: noBody,
  async answer({ ref }, { store }) {
    const judged = (await store.requestBuild(ref)) ? await store.getSession(ref) : undefined;
    if (judged === undefined) throw sessionNotFound();
    const body: SessionState = { id: judged.session.id, status: judged.session.status };
    return { status: 202, body };
  },
});

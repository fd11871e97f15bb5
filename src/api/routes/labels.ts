/** What people say of sessions, on the judges' scale: shown, said, taken back; taken in and given out as a whole. */
import { z } from "zod";
import { ApiError, sessionNotFound } from "../api-error.ts";
import {
  importedLabelsSchema,
  labelImportSchema,
  labelPageSchema,
  labelSchema,
  labelsSchema,
  labelTargetQuery,
  newLabelSchema,
} from "../label-contract.ts";
import {
  labellerOf,
  toImportedLabel,
  toImportRefusal,
  toLabelDetail,
  toNewLabel,
  toRefusal,
  toTarget,
} from "../label-detail.ts";
import { defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";

export const listSessionLabels = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id/labels",
  access: "read",
  operation: {
    id: "listSessionLabels",
    summary: "What people said of a session, its turns and tool calls.",
    reply: { status: 200, schema: labelsSchema },
  },
  async answer({ ref }, { store }) {
    const labels = await store.labels.read(ref);
    if (labels === undefined) throw sessionNotFound();
    return { status: 200, body: { labels: labels.map(toLabelDetail) } };
  },
});

export const putLabel = defineRoute({
  method: "put",
  path: "/api/v1/sessions/:id/labels",
  access: "write",
  body: newLabelSchema,
  operation: {
    id: "putLabel",
    summary: "Labels a turn, a tool call or the session; a labeller has one label for each, the last.",
    reply: { status: 200, schema: labelSchema },
  },
  async answer({ ref, caller, body }, { store }) {
    const stored = await store.labels.put(ref.project, [toNewLabel(body, ref.id, caller)]);
    if ("problems" in stored) throw toRefusal(stored.problems);
    return { status: 200, body: stored.labels.map(toLabelDetail)[0] };
  },
});

export const deleteLabel = defineRoute({
  method: "delete",
  path: "/api/v1/sessions/:id/labels",
  access: "write",
  query: labelTargetQuery,
  operation: { id: "deleteLabel", summary: "Takes a labeller's label back.", reply: { status: 204 } },
  async answer({ ref, caller, query }, { store }) {
    const target = { ...toTarget(query), labeller: labellerOf(caller, query.labeller) };
    if (await store.labels.remove(ref, target)) return { status: 204 };
    if ((await store.labels.read(ref)) === undefined) throw sessionNotFound();
    throw new ApiError(404, "not_found", "there is no such label of this labeller");
  },
});

export const listLabels = defineRoute({
  method: "get",
  path: "/api/v1/labels",
  access: "read",
  query: z.strictObject({
    limit: wholeNumber({ min: 1, max: 1000, default: 100 }),
    /** As an earlier page gave it. */
    cursor: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 }),
  }),
  operation: {
    id: "listLabels",
    summary: "The labels of all sessions, oldest first.",
    reply: { status: 200, schema: labelPageSchema },
  },
  async answer({ ref: { project }, query: { limit, cursor } }, { store }) {
    const { labels, next } = await store.labels.find({ project, limit, after: cursor });
    return { status: 200, body: { labels: labels.map(toLabelDetail), next_cursor: next?.toString() ?? null } };
  },
});

export const importLabels = defineRoute({
  method: "post",
  path: "/api/v1/labels",
  access: "write",
  body: labelImportSchema,
  operation: {
    id: "importLabels",
    summary: "Takes labels of many sessions in: all of them, or none when one is wrong.",
    reply: { status: 200, schema: importedLabelsSchema },
  },
  async answer({ ref: { project }, caller, body }, { store }) {
    const stored = await store.labels.put(
      project,
      body.labels.map((label) => toImportedLabel(label, caller)),
    );
    if ("problems" in stored) throw toImportRefusal(stored.problems);
    return { status: 200, body: { imported: stored.labels.length } };
  },
});

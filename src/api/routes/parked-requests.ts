/** Requests that exporters could not send on and set aside: to be looked at, sent again or dropped. */
import { z } from "zod";
import type { ParkedRequest } from "../../component/sending-queue.ts";
import { ApiError } from "../api-error.ts";
import { type ParkedPageDetail, parkedPageSchema, type ParkedRequestDetail } from "../contract.ts";
import { type Call, defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";

const query = z.strictObject({
  exporter: z.string().min(1).max(1100).optional(),
  limit: wholeNumber({ min: 1, max: 500, default: 50 }),
  /** As an earlier page gave it. */
  cursor: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 }),
});

export const listParkedRequests = defineRoute({
  method: "get",
  path: "/api/v1/parked-requests",
  access: "read",
  query,
  operation: {
    id: "listParkedRequests",
    summary: "Requests that an exporter set aside, oldest first.",
    reply: { status: 200, schema: parkedPageSchema },
  },
  async answer({ ref: { project }, query: { exporter, limit, cursor } }, { store }) {
    const found = await store.findParkedRequests({ project, exporter, after: cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const body: ParkedPageDetail = {
      requests: page.map(toDetail),
      next_cursor: last === undefined ? null : String(last.id),
    };
    return { status: 200, body };
  },
});

export const retryParkedRequest = defineRoute({
  method: "post",
  path: "/api/v1/parked-requests/:number/retry",
  access: "write",
  body: z.strictObject({}),
  operation: { id: "retryParkedRequest", summary: "Has a parked request sent again.", reply: { status: 204 } },
  async answer(call, { store }) {
    if (!(await store.decideParkedRequest(refOf(call), "retry"))) throw notFound();
    return { status: 204 };
  },
});

export const dropParkedRequest = defineRoute({
  method: "delete",
  path: "/api/v1/parked-requests/:number",
  access: "write",
  operation: { id: "dropParkedRequest", summary: "Forgets a parked request.", reply: { status: 204 } },
  async answer(call, { store }) {
    if (!(await store.decideParkedRequest(refOf(call), "drop"))) throw notFound();
    return { status: 204 };
  },
});

function refOf({ ref: { project }, number }: Pick<Call, "ref" | "number">) {
  if (number === undefined) throw notFound();
  return { project, id: number };
}

const notFound = () => new ApiError(404, "not_found", "there is no parked request with this number");

function toDetail({
  id,
  exporter,
  signal,
  count,
  size,
  createdAt,
  attempts,
  reason,
}: ParkedRequest): ParkedRequestDetail {
  return { id, exporter, signal, records: count, bytes: size, created_at: createdAt.toISOString(), attempts, reason };
}

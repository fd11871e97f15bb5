/** The items of a run with their scores. Source: VQ-9, VQ-10 */
import { ApiError, runNotFound } from "../api-error.ts";
import { requireRun, runRefOf } from "../evaluation/find-evaluation.ts";
import { PAGE_CHARACTERS } from "../evaluation/item-content.ts";
import { toRunItem } from "../evaluation/run-item-detail.ts";
import { runItemPageSchema, runItemQuerySchema, runItemSchema } from "../evaluation-contract.ts";
import { defineRoute } from "../route.ts";

export const listRunItems = defineRoute({
  method: "get",
  path: "/v2/evaluate/runs/:run/items",
  access: "read",
  query: runItemQuerySchema,
  operation: {
    id: "listRunItems",
    summary: "Items of a run with their scores, a page of them; long ones are shortened.",
    reply: { status: 200, schema: runItemPageSchema },
  },
  async answer(call, { store: { evaluations } }) {
    const { page, page_size: pageSize, below, order } = call.query;
    const ref = runRefOf(call);
    const run = await requireRun(evaluations, ref);
    const items = await evaluations.findRunItems({
      ...ref,
      page,
      pageSize,
      maxCharacters: PAGE_CHARACTERS,
      ...(below === undefined ? {} : { below }),
      ...(order === "worst" ? { worstFirst: true } : {}),
    });
    if (items === undefined) throw runNotFound();
    const shown = items.found.map((item) => toRunItem(run, item));
    return { status: 200, body: { run_id: run.id, items: shown, total: items.total, page, page_size: pageSize } };
  },
});

export const getRunItem = defineRoute({
  method: "get",
  path: "/v2/evaluate/runs/:run/items/:item",
  access: "read",
  operation: {
    id: "getRunItem",
    summary: "One item of a run, whole, by its id.",
    reply: { status: 200, schema: runItemSchema },
  },
  async answer(call, { store: { evaluations } }) {
    const ref = runRefOf(call);
    const run = await requireRun(evaluations, ref);
    const id = call.params["item"] ?? "";
    const item = /^(?:0|[1-9]\d{0,8})$/.test(id)
      ? await evaluations.getRunItem({ ...ref, number: Number(id) })
      : undefined;
    if (item === undefined) throw new ApiError(404, "not_found", "the run has no item with this id");
    return { status: 200, body: toRunItem(run, item) };
  },
});

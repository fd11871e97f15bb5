/** Datasets: listed, read, deleted. */
import { ApiError } from "../api-error.ts";
import { toDatasetDetail, toDatasetItem } from "../evaluation/dataset-detail.ts";
import { PAGE_CHARACTERS } from "../evaluation/item-content.ts";
import { datasetNotFound } from "../evaluation/start-run.ts";
import {
  datasetItemPageSchema,
  datasetPageQuerySchema,
  datasetPageSchema,
  datasetSchema,
} from "../dataset-contract.ts";
import { type Call, defineRoute } from "../route.ts";

const refOf = ({ ref: { project }, params }: Pick<Call, "ref" | "params">) => ({
  project,
  id: params["dataset"] ?? "",
});

export const listDatasets = defineRoute({
  method: "get",
  path: "/v2/datasets",
  access: "read",
  query: datasetPageQuerySchema,
  operation: {
    id: "listDatasets",
    summary: "The datasets that have a name, newest first.",
    reply: { status: 200, schema: datasetPageSchema },
  },
  async answer({ ref: { project }, query: { page, page_size: pageSize } }, { store: { evaluations } }) {
    const { found, total } = await evaluations.findDatasets({ project, page, pageSize });
    return { status: 200, body: { datasets: found.map(toDatasetDetail), total, page, page_size: pageSize } };
  },
});

export const getDataset = defineRoute({
  method: "get",
  path: "/v2/datasets/:dataset",
  access: "read",
  operation: {
    id: "getDataset",
    summary: "A dataset, without its items.",
    reply: { status: 200, schema: datasetSchema },
  },
  async answer(call, { store: { evaluations } }) {
    const dataset = await evaluations.getDataset(refOf(call));
    if (dataset === undefined) throw datasetNotFound();
    return { status: 200, body: toDatasetDetail(dataset) };
  },
});

export const listDatasetItems = defineRoute({
  method: "get",
  path: "/v2/datasets/:dataset/items",
  access: "read",
  query: datasetPageQuerySchema,
  operation: {
    id: "listDatasetItems",
    summary: "Items of a dataset, a page of them; long ones are shortened.",
    reply: { status: 200, schema: datasetItemPageSchema },
  },
  async answer(call, { store: { evaluations } }) {
    const { page, page_size: pageSize } = call.query;
    const ref = refOf(call);
    const items = await evaluations.findDatasetItems({ ...ref, page, pageSize, maxCharacters: PAGE_CHARACTERS });
    if (items === undefined) throw datasetNotFound();
    const shown = items.found.map((item) => toDatasetItem(ref.id, item));
    return { status: 200, body: { dataset_id: ref.id, items: shown, total: items.total, page, page_size: pageSize } };
  },
});

export const deleteDataset = defineRoute({
  method: "delete",
  path: "/v2/datasets/:dataset",
  access: "write",
  operation: {
    id: "deleteDataset",
    summary: "Removes a dataset with its items, unless runs have scored them.",
    reply: { status: 204 },
    errors: [409],
  },
  async answer(call, { store: { evaluations } }) {
    const outcome = await evaluations.deleteDataset(refOf(call));
    if (outcome === "missing") throw datasetNotFound();
    if (outcome === "in_use")
      throw new ApiError(409, "dataset_in_use", "there are runs of this dataset; delete them first");
    return { status: 204 };
  },
});

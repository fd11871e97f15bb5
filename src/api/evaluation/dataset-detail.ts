/** A dataset and its items, as the wire has them. Pure. */
import type { NumberedItem } from "../../component/evaluations.ts";
import type { Dataset } from "../../model/evaluation.ts";
import type { DatasetDetail, DatasetItemDetail } from "../dataset-contract.ts";
import { toItemContent } from "./item-content.ts";

export const toDatasetDetail = ({ id, name, source, items, bytes, createdAt }: Dataset): DatasetDetail => ({
  dataset_id: id,
  id,
  name: name ?? null,
  source,
  total_items: items,
  bytes,
  created_at: createdAt.toISOString(),
});

export const toDatasetItem = (datasetId: string, { number, item, isShortened }: NumberedItem): DatasetItemDetail => ({
  id: String(number),
  item_index: number,
  dataset_id: datasetId,
  ...toItemContent(item),
  is_shortened: isShortened === true,
});

/** Datasets on the wire, at /v2/datasets. */
import { z } from "zod";
import { itemContentShape, pageQuery } from "./evaluation-contract.ts";
import { nameSchema } from "./evaluation-request-contract.ts";
import { datasetFormats } from "./evaluation/read-items/read-items.ts";

const count = z.int().nonnegative();
const text = z.string();

export const datasetSchema = z
  .strictObject({
    dataset_id: text,
    id: text,
    /** Null: it belongs to the run that it was sent with. */
    name: text.nullable(),
    source: z.enum(["upload", "inline", "trace", "sessions", "otlp"]),
    total_items: count,
    /** Of all items, as they are stored. */
    bytes: count,
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Dataset" });

export const datasetPageSchema = z
  .strictObject({ datasets: z.array(datasetSchema), total: count, page: count, page_size: count })
  .meta({ id: "DatasetPage" });

/** `id` is its place in the dataset, from 0, as text. In a page of items long texts are shortened: `is_shortened`. */
export const datasetItemSchema = z
  .strictObject({ id: text, item_index: count, dataset_id: text, ...itemContentShape })
  .meta({ id: "DatasetItem" });

export const datasetItemPageSchema = z
  .strictObject({ dataset_id: text, items: z.array(datasetItemSchema), total: count, page: count, page_size: count })
  .meta({ id: "DatasetItemPage" });

export const datasetPageQuerySchema = z.strictObject(pageQuery);

/** `format` is what the content type says where it is not given. */
export const uploadQuerySchema = z.strictObject({ name: nameSchema, format: z.enum(datasetFormats).optional() });

export const datasetFromSessionsSchema = z.strictObject({ name: nameSchema }).meta({ id: "DatasetFromSessions" });

export type DatasetDetail = z.infer<typeof datasetSchema>;
export type DatasetItemDetail = z.infer<typeof datasetItemSchema>;

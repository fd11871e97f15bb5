/** Datasets and their items as rows. */
import type { NumberedItem } from "../../component/evaluations.ts";
import type { Dataset, DatasetSource, EvaluationItem } from "../../model/evaluation.ts";
import { shortItem } from "../../model/short-item.ts";
import { parseStored } from "./stored-json.ts";

export const datasetColumns = "dataset_id AS id, name, source, items, bytes, created_ms AS createdMs";

export interface DatasetRow {
  readonly id: string;
  readonly name: string | null;
  readonly source: DatasetSource;
  readonly items: number;
  readonly bytes: number;
  readonly createdMs: number;
}

export const toDataset = ({ id, name, source, items, bytes, createdMs }: DatasetRow): Dataset => ({
  id,
  ...(name === null ? {} : { name }),
  source,
  items,
  bytes,
  createdAt: new Date(createdMs),
});

/** An item as JSON, which keeps what a column would not: lone surrogates. */
export interface EncodedItem {
  readonly key: string;
  /** Without its key. */
  readonly body: string;
}

export const encodeItem = ({ key, ...body }: EvaluationItem): EncodedItem => ({
  key: JSON.stringify(key),
  body: JSON.stringify(body),
});

export interface ItemRow extends EncodedItem {
  readonly number: number;
}

export const toNumberedItem = ({ number, key, body }: ItemRow): NumberedItem => ({
  number,
  item: { key: parseStored<string>(key), ...parseStored<Omit<EvaluationItem, "key">>(body) },
});

/** As a page has it. */
export function toShownItem(row: ItemRow, maxCharacters: number | undefined): NumberedItem {
  const whole = toNumberedItem(row);
  if (maxCharacters === undefined) return whole;
  const { item, isShortened } = shortItem(whole.item, maxCharacters);
  return isShortened ? { ...whole, item, isShortened } : whole;
}

/** Datasets, one a line. */
import type { Dataset } from "@turnwise/client";
import { bytes, integer } from "./quantities.ts";
import type { Layout } from "./render-block.ts";
import { type Column, renderTable } from "./render-table.ts";

const columns: readonly Column[] = [
  { title: "DATASET", width: 32 },
  { title: "CREATED", width: 16 },
  { title: "ITEMS", width: 9 },
  { title: "SIZE", width: 9 },
  { title: "NAME" },
];

export function renderDatasets(datasets: readonly Dataset[], layout: Layout): string {
  return datasets.length === 0 ? "No datasets.\n" : renderTable(columns, datasets.map(cellsOf), layout);
}

function cellsOf({ dataset_id, created_at, total_items, bytes: size, name }: Dataset): readonly string[] {
  return [dataset_id, created_at.slice(0, 16).replace("T", " "), integer(total_items), bytes(size), name ?? ""];
}

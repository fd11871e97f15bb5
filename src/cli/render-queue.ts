/** Requests that were set aside, one a line. */
import type { ParkedRequest } from "@turnwise/client";
import type { Layout } from "./render-block.ts";
import { type Column, renderTable } from "./render-table.ts";

const columns: readonly Column[] = [
  { title: "ID", width: 6 },
  { title: "SINCE", width: 16 },
  { title: "EXPORTER", width: 14 },
  { title: "SIGNAL", width: 6 },
  { title: "RECORDS", width: 7 },
  { title: "BYTES", width: 9 },
  { title: "REASON" },
];

export function renderQueue(requests: readonly ParkedRequest[], layout: Layout): string {
  return requests.length === 0 ? "Nothing was set aside.\n" : renderTable(columns, requests.map(cellsOf), layout);
}

function cellsOf({ id, created_at, exporter, signal, records, bytes, reason }: ParkedRequest): readonly string[] {
  const since = created_at.slice(0, 16).replace("T", " ");
  return [String(id), since, exporter, signal, String(records), String(bytes), reason];
}

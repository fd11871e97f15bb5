/** Labels, one a line. */
import type { Label } from "@turnwise/client";
import type { Layout } from "./render-block.ts";
import { type Column, renderTable } from "./render-table.ts";

const columns: readonly Column[] = [
  { title: "TARGET", width: 28 },
  { title: "SCORE", width: 5 },
  { title: "LABELLER", width: 24 },
  { title: "WHEN", width: 16 },
  { title: "STATE", width: 6 },
  { title: "NOTE", width: 40 },
];

export function renderLabels(labels: readonly Label[], layout: Layout): string {
  return labels.length === 0 ? "No labels.\n" : renderTable(columns, labels.map(cellsOf), layout);
}

function cellsOf(label: Label): readonly string[] {
  const { score, labeller, labelled_at, stale, note } = label;
  const when = labelled_at.slice(0, 16).replace("T", " ");
  return [targetOf(label), score > 0 ? "+1" : String(score), labeller, when, stale ? "stale" : "", note ?? ""];
}

function targetOf({ turn, tool_call, dimension }: Label): string {
  if (turn === null) return "trajectory";
  const call = tool_call === null ? "" : `, tool call ${tool_call}`;
  return `turn ${turn}${call}${dimension === null ? "" : ` ${dimension}`}`;
}

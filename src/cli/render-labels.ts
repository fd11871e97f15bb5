/** Labels, one a line. */
import type { Label } from "@turnwise/client";
import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";
import { fitToWidth } from "./text-layout.ts";

const widths = [28, 5, 24, 16, 6, 40];
const titles = ["TARGET", "SCORE", "LABELLER", "WHEN", "STATE", "NOTE"];

export function renderLabels(labels: readonly Label[], { paint }: Layout): string {
  if (labels.length === 0) return "No labels.\n";
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => fitToWidth(toPrintableLine(cell), widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[paint("dim", line(titles)), ...labels.map((label) => line(cellsOf(label)))].join("\n")}\n`;
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

/** Rows below titles, one a line, cut to the columns' widths. */
import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";
import { fitToWidth } from "./text-layout.ts";

export interface Column {
  readonly title: string;
  /** In columns of the terminal. Absent: what is left of a line, and no less than 20; of the last column only. */
  readonly width?: number;
}

const least = 20;

export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { paint, width: all }: Layout,
): string {
  const taken = columns.reduce((sum, { width = -2 }) => sum + width + 2, 0);
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ width = Math.max(least, all - taken) }, at) => fitToWidth(toPrintableLine(cells[at] ?? ""), width))
      .join("  ")
      .trimEnd();
  return `${[paint("dim", line(columns.map(({ title }) => title))), ...rows.map(line)].join("\n")}\n`;
}

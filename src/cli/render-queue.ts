/** Requests that were set aside, one a line. */
import type { ParkedRequest } from "@turnwise/client";
import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";
import { fitToWidth } from "./text-layout.ts";

/** Columns of all but the last, the reason. */
const widths = [6, 16, 14, 6, 7, 9];
const titles = ["ID", "SINCE", "EXPORTER", "SIGNAL", "RECORDS", "BYTES", "REASON"];

export function renderQueue(requests: readonly ParkedRequest[], { paint, width }: Layout): string {
  if (requests.length === 0) return "Nothing was set aside.\n";
  const taken = widths.reduce((sum, one) => sum + one + 2, 0);
  const all = [...widths, Math.max(40, width - taken)];
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => fitToWidth(toPrintableLine(cell), all[at] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[paint("dim", line(titles)), ...requests.map((request) => line(cellsOf(request)))].join("\n")}\n`;
}

function cellsOf({ id, created_at, exporter, signal, records, bytes, reason }: ParkedRequest): readonly string[] {
  const since = created_at.slice(0, 16).replace("T", " ");
  return [String(id), since, exporter, signal, String(records), String(bytes), reason];
}

/** Sessions as a table, one a line. */
import type { SessionSummary } from "@turnwise/client";
import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";
import type { Style } from "./terminal.ts";
import { fitToWidth } from "./text-layout.ts";

interface Column {
  readonly title: string;
  /** Columns; the last column takes what is left. */
  readonly width: number;
  readonly text: (session: SessionSummary) => string;
  readonly style?: (session: SessionSummary) => Style | undefined;
}

const columns: readonly Column[] = [
  { title: "SESSION", width: 32, text: ({ id }) => id },
  { title: "LAST ACTIVE", width: 16, text: (session) => session.last_activity_at.slice(0, 16).replace("T", " ") },
  { title: "STATUS", width: 9, text: ({ status }) => status },
  { title: "TURNS", width: 5, text: ({ total_turns }) => String(total_turns) },
  { title: "SCORE", width: 5, text: scoreOf, style: scoreStyle },
  { title: "FIRST MESSAGE", width: 0, text: (session) => session.first_user_content ?? session.error ?? "" },
];

export function renderSessions(sessions: readonly SessionSummary[], { paint, width }: Layout): string {
  if (sessions.length === 0) return "No sessions.\n";
  const taken = columns.reduce((sum, column) => sum + column.width + 2, 0) - 2;
  const widthOf = (column: Column) => column.width || Math.max(12, width - taken);
  const title = columns.map((column) => fitToWidth(column.title, widthOf(column))).join("  ");
  const rows = sessions.map((session) =>
    columns
      .map((column) => {
        const cell = fitToWidth(toPrintableLine(column.text(session)), widthOf(column));
        const style = column.style?.(session);
        return style === undefined ? cell : paint(style, cell);
      })
      .join("  ")
      .trimEnd(),
  );
  return `${[paint("dim", title.trimEnd()), ...rows].join("\n")}\n`;
}

/** The trajectory's score; without one the sum of the turns' so far, in parentheses. */
function scoreOf({ summary }: SessionSummary): string {
  if (summary.trajectory_score !== null) return signed(summary.trajectory_score);
  return summary.judged_turns === 0 ? "-" : `(${signed(summary.net_score)})`;
}

function scoreStyle({ summary: { trajectory_score: score } }: SessionSummary): Style | undefined {
  if (score === null || score === 0) return undefined;
  return score > 0 ? "green" : "red";
}

const signed = (score: number): string => (score > 0 ? `+${score}` : String(score));

import { pageLabel } from "./page-text.ts";
import { leftOut, pageTable, shareStyle, type Cell, type Row } from "./page-table.ts";
import type { Standing } from "./standings.ts";

const mostAgents = 100;

export function leaderboard(standings: readonly Standing[]): string {
  if (standings.length === 0) return "<p>There is no agent.</p>";
  const left = leftOut(standings.length - mostAgents, "agents");
  return pageTable({
    name: "Leaderboard",
    caption: `Mean progress if a single trial decided, and how far chance moves it; the best first.${left}`,
    headings: ["Agent", "Rank", "Mean progress", "Standard deviation", "Validations passed", "Samples graded"],
    rows: standings.slice(0, mostAgents).map(toRow),
  });
}

const toRow = ({ rank, agent, progress, passedShare, graded }: Standing): Row => [
  `<bdi>${pageLabel(agent.name, 80)}</bdi>`,
  { content: String(rank) },
  shareCell(progress?.expectation),
  { content: progress?.standardDeviation.toFixed(4) ?? "–" },
  shareCell(passedShare),
  { content: `${graded} of ${agent.samples.length}` },
];

const shareCell = (share: number | undefined): Cell =>
  share === undefined ? { content: "–" } : { content: share.toFixed(4), style: shareStyle(share) };

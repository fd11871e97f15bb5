/** What each trial of the judge said of each subgoal: 1 complete, 0 incomplete. */
import type { Grade } from "../voting/grade.ts";
import { pageLabel } from "./page-text.ts";
import { leftOut, pageTable, shareStyle, type Cell, type Row } from "./page-table.ts";
import type { ShownValidation } from "./shown-validations.ts";

const mostTrials = 15;

export interface HeatmapOptions {
  /** Where a row leads to, if anywhere. */
  readonly hrefOf: (shown: ShownValidation) => string | undefined;
  /** How many validations there was no room for. */
  readonly left: number;
}

export function judgeHeatmap(shown: readonly ShownValidation[], { hrefOf, left }: HeatmapOptions): string {
  if (shown.length === 0) return "<p>Nothing was validated.</p>";
  const trials = shown.reduce((most, { grades }) => Math.max(most, grades.length), 0);
  if (trials === 0) return "<p>What the judge said in its trials was not kept.</p>";
  const columns = Array.from({ length: Math.min(trials, mostTrials) }, (_, at) => at);
  return pageTable({
    name: "Subgoals by judge",
    caption: `1: complete, 0: incomplete, –: no grade.${leftOut(left, "validations")}${leftOut(trials - mostTrials, "trials")}`,
    headings: ["Sample and subgoal", ...columns.map((at) => `Trial ${at + 1}`), "Share of 1", "Passed"],
    rows: shown.map((each): Row => {
      const { grades, validation } = each;
      const trialCells = columns.map((column) => gradeCell(grades[column]));
      return [
        rowHeading(each, hrefOf(each)),
        ...trialCells,
        shareCell(grades),
        { content: validation.passed ? "yes" : "no" },
      ];
    }),
  });
}

function rowHeading({ sample, validation }: ShownValidation, href: string | undefined): string {
  const heading = `<bdi>${pageLabel(sample, 40)}</bdi>: <bdi>${pageLabel(validation.expectation.details, 80)}</bdi>`;
  return href === undefined ? heading : `<a href="${href}">${heading}</a>`;
}

const gradeCell = (grade: Grade | undefined): Cell =>
  grade === undefined ? { content: "–" } : { content: String(grade), style: shareStyle(grade) };

function shareCell(grades: ShownValidation["grades"]): Cell {
  const readable = grades.filter((grade) => grade !== undefined);
  if (readable.length === 0) return { content: "–" };
  const share = readable.filter((grade) => grade === 1).length / readable.length;
  return { content: share.toFixed(2), style: shareStyle(share) };
}

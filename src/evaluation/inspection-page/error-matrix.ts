/** Which kinds of error are in which samples, by number. */
import type { AnalysedValidation, ErrorAnalysis } from "../metrics/errors/analyse-errors.ts";
import { sampleName } from "./inspection.ts";
import { pageLabel } from "./page-text.ts";
import { leftOut, pageTable, type Cell, type Row } from "./page-table.ts";

const mostClusters = 12;
const mostSamples = 50;

interface Column {
  /** HTML. */
  readonly heading: string;
  readonly members: readonly AnalysedValidation[];
}

export function errorMatrix(errors: ErrorAnalysis | undefined): string {
  if (errors === undefined) return "<p>The errors were not analysed.</p>";
  const columns = columnsOf(errors);
  const shown = columns.slice(0, mostClusters);
  if (shown.length === 0) return "<p>Nothing failed.</p>";
  const counted = countBySample(shown);
  const [most = 1] = counted.flatMap(({ counts }) => counts).sort((one, other) => other - one);
  const totals = shown.map(({ members }): Cell => ({ content: String(members.length) }));
  const left = `${leftOut(counted.length - mostSamples, "samples")}${leftOut(columns.length - mostClusters, "clusters")}`;
  return pageTable({
    name: "Errors by sample",
    caption: `Failed validations by what is behind them, which may be several things; samples with most first.${left}`,
    headings: ["Sample", ...shown.map(({ heading }) => heading)],
    rows: [
      ...counted
        .slice(0, mostSamples)
        .map(({ name, counts }): Row => [
          `<bdi>${pageLabel(name, 80)}</bdi>`,
          ...counts.map((count) => toCell(count, most)),
        ]),
      ["All samples", ...totals],
    ],
  });
}

/** The largest first, and what is in none of them. */
function columnsOf({ clusters, unclustered }: ErrorAnalysis): readonly Column[] {
  const found = [...clusters].map(([label, members]) => ({ heading: `<bdi>${pageLabel(label, 60)}</bdi>`, members }));
  const others = unclustered.length === 0 ? [] : [{ heading: "in no cluster", members: unclustered }];
  return [...found, ...others].sort((one, other) => other.members.length - one.members.length);
}

interface CountedSample {
  readonly name: string;
  /** A number a column. */
  readonly counts: number[];
}

function countBySample(columns: readonly Column[]): readonly CountedSample[] {
  const samples = new Map<string, CountedSample>();
  for (const [at, { members }] of columns.entries())
    for (const member of members) {
      const name = sampleName(member);
      const sample = samples.get(name) ?? { name, counts: columns.map(() => 0) };
      sample.counts[at] = (sample.counts[at] ?? 0) + 1;
      samples.set(name, sample);
    }
  const errorsOf = ({ counts }: CountedSample): number => counts.reduce((total, count) => total + count, 0);
  return [...samples.values()].sort((one, other) => errorsOf(other) - errorsOf(one));
}

const toCell = (count: number, most: number): Cell =>
  count === 0 ? { content: "0" } : { content: String(count), style: count * 2 > most ? "share-0" : "share-1" };

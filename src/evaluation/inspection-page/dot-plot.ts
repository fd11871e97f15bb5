/** Agents by their mean progress and its standard deviation: to the right is better, further down is surer. */
import type { JudgeStatistics } from "../metrics/judge-statistics.ts";
import { pageLabel } from "./page-text.ts";
import { leftOut } from "./page-table.ts";
import { placeLabels, type Dot, type PlacedLabel } from "./place-labels.ts";
import type { Standing } from "./standings.ts";

const mostDots = 100;
const longestName = 18;
/** Of a letter, about. */
const letterWidth = 7;

/** Of the SVG, in its own units. */
const frame = { width: 340, height: 240, left: 36, right: 330, top: 12, bottom: 204 } as const;

interface AgentDot extends Dot {
  readonly name: string;
  readonly progress: JudgeStatistics;
}

export function dotPlot(standings: readonly Standing[]): string {
  const known = standings.flatMap(({ agent: { name }, progress }) =>
    progress === undefined ? [] : { name, progress },
  );
  if (known.length === 0) return "<p>No agent has grades by a judge.</p>";
  const highest = highestOf(known.map(({ progress }) => progress.standardDeviation));
  const dots = known.slice(0, mostDots).map(({ name, progress }) => dotOf(name, progress, highest));
  const labels = placeLabels(dots, frame);
  const nameless = labels.filter((label) => label === undefined).length;
  const notes = [
    "Mean progress to the right, standard deviation upwards.",
    ...(nameless > 0 ? [`${nameless} dots too close to others for a name.`] : []),
    ...(standings.length > known.length ? [`${standings.length - known.length} without grades by a judge.`] : []),
  ];
  return `<figure><svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-labelledby="plot-title plot-text">
<title id="plot-title">Mean progress and standard deviation, a dot an agent</title>
<desc id="plot-text">The numbers are those of the leaderboard.</desc>
${axes(highest)}
${dots.map((dot, at) => drawn(dot, labels[at])).join("\n")}
</svg><figcaption>${notes.join(" ")}${leftOut(known.length - mostDots, "agents")}</figcaption></figure>`;
}

/** The end of the upward axis: the next tenth. */
const highestOf = (deviations: readonly number[]): number =>
  Math.max(0.1, Math.ceil(deviations.reduce((most, each) => Math.max(most, each), 0) * 10) / 10);

const dotOf = (name: string, progress: JudgeStatistics, highest: number): AgentDot => ({
  name,
  progress,
  x: frame.left + progress.expectation * (frame.right - frame.left),
  y: frame.bottom - (progress.standardDeviation / highest) * (frame.bottom - frame.top),
  width: Math.min(longestName + 1, name.length) * letterWidth,
});

function drawn({ x, y, name, progress }: AgentDot, label: PlacedLabel | undefined): string {
  const title = `${pageLabel(name, 80)}: ${progress.expectation.toFixed(4)}, ${progress.standardDeviation.toFixed(4)}`;
  const circle = `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4"><title>${title}</title></circle>`;
  return `${circle}${label === undefined ? "" : text(label.x, label.y, label.anchor, pageLabel(name, longestName))}`;
}

function axes(highest: number): string {
  const { left, right, top, bottom } = frame;
  const alongX = [0, 0.25, 0.5, 0.75, 1].map((value) =>
    text(left + value * (right - left), bottom + 14, "middle", String(value)),
  );
  const alongY = [0, 0.5, 1].map((part) =>
    text(left - 4, bottom - part * (bottom - top) + 4, "end", (part * highest).toFixed(2)),
  );
  return `<path d="M${left} ${top}V${bottom}H${right}"/>
${[...alongX, ...alongY, text((left + right) / 2, bottom + 30, "middle", "mean progress")].join("")}`;
}

const text = (x: number, y: number, anchor: "start" | "middle" | "end", content: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;

/** Runs of a server for reading in a terminal: one a line, or one in full. */
import type { EvaluationRun, EvaluationRunItem, EvaluationRunItemPage, RunMetric } from "@turnwise/client";
import { toPrintableLine } from "./printable.ts";
import { count, integer, money, tokens } from "./quantities.ts";
import { block, fact, type Layout } from "./render-block.ts";
import { type Column, renderTable } from "./render-table.ts";

const runColumns: readonly Column[] = [
  { title: "RUN", width: 32 },
  { title: "CREATED", width: 16 },
  { title: "STATUS", width: 9 },
  { title: "ITEMS", width: 9 },
  { title: "SCORE", width: 8 },
  { title: "PROJECT / NAME" },
];

export function renderRuns(runs: readonly EvaluationRun[], layout: Layout): string {
  return runs.length === 0 ? "No runs.\n" : renderTable(runColumns, runs.map(cellsOf), layout);
}

function cellsOf(run: EvaluationRun): readonly string[] {
  const { run_id, created_at, status, total_items, project_name, name } = run;
  return [run_id, minuteOf(created_at), status, integer(total_items), scoreOf(run), `${project_name} / ${name}`];
}

const metricColumns: readonly Column[] = [
  { title: "METRIC", width: 24 },
  { title: "SCORE", width: 6 },
  { title: "WEIGHT", width: 6 },
  { title: "SCORED", width: 9 },
  { title: "BELOW THRESHOLD", width: 15 },
];

/** `worst`: items below the run's threshold, worst first. */
export function renderOneRun(run: EvaluationRun, worst: EvaluationRunItemPage, layout: Layout): string {
  const { project_name, name, dataset_name, threshold, usage, insights, hints } = run;
  const lines = [
    layout.paint("bold", toPrintableLine(`${project_name} / ${name}`)),
    ...fact("run", run.run_id, layout),
    ...fact("status", statusOf(run), layout),
    ...fact("created", minuteOf(run.created_at), layout),
    ...fact("dataset", dataset_name ?? `${run.source}, not kept under a name`, layout),
    ...fact("items", itemsOf(run), layout),
    ...fact("score", `${scoreOf(run)}, threshold ${decimal(threshold)}`, layout),
    ...fact("cost", usage && [tokens(usage), money(usage.cost_usd)].filter(Boolean).join(" · "), layout),
    "",
    renderTable(metricColumns, run.metrics.map(metricCellsOf), layout),
    ...insights.flatMap(({ metric, advice }) => block("advice", `${metric}: ${advice}`, layout, "yellow")),
    ...hints.flatMap((hint) => block("hint", hint, layout, "dim")),
    ...renderWorst(worst, layout),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** With what it failed of, or what it waits for. */
function statusOf({ status, error, waiting }: EvaluationRun): string {
  if (error !== null) return `${status}: ${error}`;
  return waiting === null ? status : `${status}, waiting until ${waiting.until}: ${waiting.reason} (${waiting.code})`;
}

function itemsOf({ total_items, evaluated_items, failed_items }: EvaluationRun): string {
  const scored = evaluated_items === total_items ? [] : [`${integer(evaluated_items)} scored`];
  const failed = failed_items === 0 ? [] : [`${integer(failed_items)} failed`];
  return [count(total_items, "item"), ...scored, ...failed].join(", ");
}

const metricCellsOf = ({ key, score, weight, scored, below_threshold }: RunMetric): readonly string[] => [
  key,
  decimal(score),
  String(weight),
  integer(scored),
  integer(below_threshold),
];

function renderWorst({ items, total }: EvaluationRunItemPage, layout: Layout): string[] {
  if (items.length === 0) return [];
  const shown = items.length === total ? "" : `, the ${items.length} worst`;
  return [
    layout.paint("bold", `${count(total, "item")} below the threshold${shown}`),
    ...items.flatMap((item) => renderItem(item, layout)),
  ];
}

/** What was asked and answered, and why no metric is content. */
function renderItem({ key, overall_score, input, output, explanations }: EvaluationRunItem, layout: Layout): string[] {
  return [
    `  ${layout.paint("red", decimal(overall_score))}  ${toPrintableLine(key)}`,
    ...block("input", excerptOf(input), layout, "dim"),
    ...block("output", excerptOf(output), layout, "dim"),
    ...Object.entries(explanations).flatMap(([metric, said]) =>
      block("reason", `${metric}: ${excerptOf(said)}`, layout, "dim"),
    ),
  ];
}

const longest = 300;
const excerptOf = (text: string): string => {
  const line = toPrintableLine(text);
  return line.length <= longest ? line : `${line.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`;
};

const scoreOf = ({ overall_score, quality_grade }: EvaluationRun): string =>
  overall_score === null ? "-" : `${decimal(overall_score)} ${quality_grade ?? ""}`.trim();

const decimal = (value: number | null): string => (value === null ? "-" : value.toFixed(2));
const minuteOf = (time: string): string => time.slice(0, 16).replace("T", " ");

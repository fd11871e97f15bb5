/** A run as Markdown, for a pull request or a job summary. What agents wrote stands in code spans only. */
import type { CaseDifference, RunComparison } from "./compare-runs.ts";
import { codeSpan } from "./code-span.ts";
import { type CaseResult, firstFailure, reasonsOf, type RunResult } from "./trial-result.ts";

/** A job's summary may have a megabyte, and a comment 65,536 characters. */
const mostCases = 100;

export function toMarkdownReport(run: RunResult, comparison?: RunComparison): string {
  const passed = run.cases.filter((each) => each.passed).length;
  const failing = run.cases.filter((each) => !each.passed);
  return `${[
    `# ${codeSpan(run.name)}`,
    "",
    `${passed} of ${run.cases.length} cases passed, score ${decimal(run.score)}, ${(run.durationMs / 1000).toFixed(1)} s${cost(run)}.`,
    ...(comparison === undefined ? [] : comparisonLines(comparison)),
    ...(failing.length === 0 ? [] : ["", "## Not passed", "", ...limited(failing, failureLine)]),
    "",
    "## Cases",
    "",
    "| case | passed | score | trials |",
    "| --- | --- | ---: | ---: |",
    ...limited(run.cases, caseRow),
  ].join("\n")}\n`;
}

const cost = ({ costUsd }: RunResult): string => (costUsd === undefined ? "" : `, $${costUsd.toFixed(4)}`);

function comparisonLines({
  regressions,
  improvements,
  newFailures,
  missing,
  scores,
  isWorse,
}: RunComparison): string[] {
  const section = <Item>(title: string, items: readonly Item[], lineOf: (item: Item) => string): string[] =>
    items.length === 0 ? [] : ["", `### ${title}`, "", ...limited(items, lineOf)];
  return [
    "",
    `## Compared with the baseline: ${isWorse ? "worse" : "no regression"}`,
    "",
    ...(scores === undefined ? [] : [scoresLine(scores)]),
    ...section("Regressions", regressions, differenceLine),
    ...section("Improvements", improvements, differenceLine),
    ...section("New and not passed", newFailures, idLine),
    ...section("No longer there", missing, idLine),
  ];
}

function scoresLine({ n, mean, interval, isSignificant }: NonNullable<RunComparison["scores"]>): string {
  const range =
    interval === undefined
      ? "too few for an interval"
      : `95 % interval ${signed(interval[0])} to ${signed(interval[1])}`;
  const word = interval === undefined ? "" : isSignificant ? ", significant" : ", within chance";
  return `Mean score ${signed(mean)} over ${n} ${n === 1 ? "case" : "cases"} (${range}${word}).`;
}

function differenceLine({ id, before, after, difference }: CaseDifference): string {
  const by = difference === null ? "" : ` (${signed(difference)})`;
  return `- ${codeSpan(id)}: ${standing(before)} → ${standing(after)}${by}`;
}

const standing = ({ passed, score }: CaseDifference["before"]): string =>
  `${passed ? "passed" : "not passed"} ${decimal(score)}`;

const idLine = (id: string): string => `- ${codeSpan(id)}`;

function failureLine(result: CaseResult): string {
  const failure = firstFailure(result);
  const reasons = failure === undefined ? [] : reasonsOf(failure);
  return `- ${codeSpan(result.id)}: ${failure?.status ?? "failed"}${reasons.map((reason) => `, ${codeSpan(reason)}`).join("")}`;
}

/** Of an id nothing can end the cell: see caseId. */
function caseRow({ id, passed, score, trials }: CaseResult): string {
  const passes = trials.filter(({ status }) => status === "passed").length;
  return `| ${codeSpan(id)} | ${passed ? "yes" : "**no**"} | ${decimal(score)} | ${passes} of ${trials.length} |`;
}

function limited<Item>(items: readonly Item[], lineOf: (item: Item) => string): string[] {
  const left = items.length - mostCases;
  return [...items.slice(0, mostCases).map(lineOf), ...(left > 0 ? ["", `... and ${left} more`] : [])];
}

const decimal = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
const signed = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;

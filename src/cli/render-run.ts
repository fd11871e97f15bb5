/** A run of cases for reading in a terminal: what did not pass and why, then the whole in a line or two. */
import {
  type CaseResult,
  firstFailure,
  reasonsOf,
  type RunComparison,
  type RunResult,
} from "../case-files/evaluate-cases.ts";
import { toPrintableLine } from "./printable.ts";
import { count, integer, milliseconds, money } from "./quantities.ts";
import { type Layout, shorten } from "./render-block.ts";
import { wrapToWidth } from "./text-layout.ts";

export function renderRun(run: RunResult, comparison: RunComparison | undefined, layout: Layout): string {
  const failing = run.cases.filter(({ passed }) => !passed);
  const lines = [
    ...failing.flatMap((each) => renderFailure(each, layout)),
    ...(comparison === undefined ? [] : renderComparison(comparison, layout)),
    renderTotals(run, failing.length),
  ];
  return `${lines.join("\n")}\n`;
}

function renderFailure(result: CaseResult, { paint, width }: Layout): string[] {
  const failure = firstFailure(result);
  const passes = result.trials.filter(({ status }) => status === "passed").length;
  const trials = result.trials.length === 1 ? "" : `  ${passes} of ${count(result.trials.length, "trial")} passed`;
  const reasons = failure === undefined ? [] : reasonsOf(failure);
  return [
    `${paint("red", failure?.status ?? "failed")}  ${paint("bold", toPrintableLine(result.id))}  ${decimal(result.score)}${trials}`,
    ...reasons.flatMap((reason) => wrapToWidth(toPrintableLine(shorten(reason)), width - 2).map((line) => `  ${line}`)),
  ];
}

function renderComparison(comparison: RunComparison, { paint }: Layout): string[] {
  const { regressions, improvements, newFailures, missing, scores, isWorse } = comparison;
  const said = [
    count(regressions.length, "regression"),
    count(improvements.length, "improvement"),
    ...(newFailures.length === 0 ? [] : [`${count(newFailures.length, "new case")} not passed`]),
    ...(missing.length === 0 ? [] : [`${count(missing.length, "case")} no longer there`]),
    ...(scores === undefined
      ? []
      : [`mean score ${signed(scores.mean)}${scores.isSignificant ? " (significant)" : ""}`]),
  ];
  return [
    ...regressions.map(
      ({ id, before, after }) =>
        `${paint("red", "regressed")}  ${toPrintableLine(id)}  ${decimal(before.score)} to ${decimal(after.score)}`,
    ),
    `${isWorse ? paint("red", "Worse than the baseline") : paint("green", "No worse than the baseline")}: ${said.join(", ")}`,
  ];
}

function renderTotals({ cases, score, durationMs, costUsd }: RunResult, failing: number): string {
  const passed = `${integer(cases.length - failing)} of ${count(cases.length, "case")} passed`;
  const cost = costUsd === undefined ? [] : [money(costUsd)];
  return [passed, `score ${decimal(score)}`, milliseconds(durationMs), ...cost].join(", ");
}

const decimal = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
const signed = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;

/** The judges and evaluators for reading in a terminal: whether they judge, and how far people agree with each version of a judge. */
import type { Agreement, EvaluatorState, Judges, JudgeState } from "@turnwise/client";
import { toPrintableLine } from "./printable.ts";
import { integer, money } from "./quantities.ts";
import type { Layout } from "./render-block.ts";
import { line } from "./render-line.ts";
import { fitToWidth } from "./text-layout.ts";

export function renderJudges({ judges, evaluators, people, calibrated_from: enough }: Judges, layout: Layout): string {
  const lines = [
    ...judges.flatMap((judge) => [...renderJudge(judge, enough, layout), ""]),
    ...evaluators.flatMap((evaluator) => [...renderEvaluator(evaluator, layout), ""]),
    ...(people.length === 0
      ? []
      : [layout.paint("bold", "People among each other"), ...renderTable(people, layout), ""]),
  ];
  return `${lines.slice(0, -1).join("\n")}\n`;
}

function renderJudge(judge: JudgeState, enough: number, layout: Layout): string[] {
  const { name, version, model, off, paused, versions } = judge;
  const by = `${version}${model === null ? "" : ` with ${model}`}`;
  return [
    `${layout.paint("bold", toPrintableLine(name))}  ${layout.paint("dim", toPrintableLine(by))}`,
    ...line("state", stateOf("judges", off, paused), layout),
    ...line("today", spentToday(judge.spent_today), layout),
    ...(versions.some(({ current }) => current) ? [] : line("people", uncalibrated(0, enough), layout)),
    ...versions.flatMap((each) => [
      ...line(
        each.current ? "people" : "before",
        each.current ? stateOfCalibration(each.agreement, enough) : each.version,
        layout,
      ),
      ...renderTable(each.agreement, layout),
    ]),
  ];
}

function renderEvaluator({ name, version, measures, off, paused }: EvaluatorState, layout: Layout): string[] {
  const named = measures.map(
    ({ name: measure, of, asks }) => `${measure} (${asks === null ? of : `${of}, asks ${asks}`})`,
  );
  return [
    `${layout.paint("bold", toPrintableLine(name))}  ${layout.paint("dim", version)}`,
    ...line("state", stateOf("scores", off, paused), layout),
    ...line("measures", named.join(", "), layout),
  ];
}

function stateOf(does: string, off: JudgeState["off"], paused: JudgeState["paused"]): string {
  if (off !== null) return `off: ${off}`;
  return paused === null ? does : `paused until ${paused.until}: ${paused.message} (${paused.code})`;
}

/** Nothing of a judge that costs nothing. */
function spentToday({ tokens, cost_usd: cost }: JudgeState["spent_today"]): string {
  return tokens === 0 ? "" : [`${integer(tokens)} tokens`, money(cost)].filter(Boolean).join(" · ");
}

/** Of what was compared least, as that says least. */
function stateOfCalibration(agreement: readonly Agreement[], enough: number): string {
  const wholes = agreement.filter(({ dimension }) => dimension === null);
  const short = wholes.filter(({ calibrated }) => !calibrated);
  if (wholes.length > 0 && short.length === 0) return "calibrated";
  return uncalibrated(Math.min(...short.map(({ n }) => n), ...(wholes.length === 0 ? [0] : [])), enough);
}

const uncalibrated = (n: number, enough: number): string =>
  `uncalibrated: compared with ${integer(n)} of the ${integer(enough)} labels that this takes`;

const columns = [30, 5, 9, 6, 22, 15, 10];
const titles = ["TARGET", "N", "AGREEMENT", "KAPPA", "PEOPLE SAY -1/0/+1", "HARMFUL: KAPPA", "PREC/REC"];

function renderTable(agreement: readonly Agreement[], { paint }: Layout): string[] {
  const row = (cells: readonly string[]): string =>
    `  ${cells.map((cell, at) => fitToWidth(cell, columns[at] ?? 0)).join("  ")}`.trimEnd();
  return [paint("dim", row(titles)), ...agreement.map((each) => row(cellsOf(each)))];
}

function cellsOf({ target, dimension, n, raw, kappa, base_rate, harmful, calibrated }: Agreement): readonly string[] {
  const { harmful: less, neutral, helpful } = base_rate;
  return [
    `${target.replace("_", " ")}${dimension === null ? "" : ` ${dimension}`}${calibrated ? "" : " (too few)"}`,
    integer(n),
    percent(raw),
    decimal(kappa),
    [less, neutral, helpful].map(percent).join(" / "),
    decimal(harmful.kappa),
    `${decimal(harmful.precision)}/${decimal(harmful.recall)}`,
  ];
}

const percent = (share: number | null): string => (share === null ? "-" : `${Math.round(share * 100)} %`);
const decimal = (value: number | null): string => (value === null ? "-" : value.toFixed(2));

import { toDecimals } from "../python-numbers.ts";
import type { EvaluationReport } from "./evaluation-report.ts";

/** The report in eight lines, as agent-evals writes it. */
export function toReportText(report: EvaluationReport): string {
  const { runId, timestamp, model, totalCases, passedCases, passThreshold } = report;
  const threshold = Number.isInteger(passThreshold) ? passThreshold.toFixed(1) : `${passThreshold}`;
  return [
    `EvalReport [${runId}]  ${timestamp}`,
    `  Model          : ${model.replaceAll(unprintable, "")}`,
    `  Cases          : ${totalCases}  (passed: ${passedCases}, threshold: ${threshold})`,
    `  Task completion: ${toDecimals(report.meanTaskCompletion, 3)}`,
    `  Reasoning      : ${toDecimals(report.meanReasoning, 3)}`,
    `  Tool use       : ${toDecimals(report.meanToolUse, 3)}`,
    `  Overall        : ${toDecimals(report.meanOverall, 3)}`,
    `  Total cost     : $${toDecimals(report.totalCostUsd, 4)}`,
  ].join("\n");
}

/** The agent names its model, and this is for terminals. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Whether a run is good enough, for CI. */
import { type EvaluatedCase, isPassed } from "./evaluated-case.ts";
import type { EvaluationReport } from "./evaluation-report.ts";

/** The lowest values with which a run is good enough, each 0..1. Absent: any will do. */
export interface GateMinimums {
  /** The share of the cases that pass. Default 1. */
  readonly passRate?: number;
  readonly meanOverall?: number;
  readonly meanTaskCompletion?: number;
  readonly meanReasoning?: number;
  readonly meanToolUse?: number;
}

/**
 * What keeps a run from being good enough, a sentence each; none: it is. A run without cases never is, for it shows nothing.
 * `process.exitCode = gateFailures(report).length === 0 ? 0 : 1`.
 */
export function gateFailures(
  report: EvaluationReport,
  { passRate = 1, ...means }: GateMinimums = {},
): readonly string[] {
  const { totalCases, passedCases, passThreshold, results } = report;
  if (totalCases === 0) return ["no case was evaluated"];
  const failed = results.filter((result) => !isPassed(result, passThreshold));
  const tooFew = `${passedCases} of ${totalCases} cases passed, and the share of them must be at least ${passRate}`;
  return [
    ...(passedCases / totalCases < passRate
      ? [tooFew, ...failed.map((result) => reasonOf(result, passThreshold))]
      : []),
    ...meanNames.flatMap((name) => {
      const minimum = means[name];
      return minimum !== undefined && report[name] < minimum
        ? [`${name} is ${report[name].toFixed(3)}, and must be at least ${minimum}`]
        : [];
    }),
  ];
}

const meanNames = ["meanOverall", "meanTaskCompletion", "meanReasoning", "meanToolUse"] as const;

/** Nothing in it was written by an agent, for it goes to terminals and logs. */
function reasonOf({ caseId, scores, trip }: EvaluatedCase, passThreshold: number): string {
  if (scores !== undefined) return `case ${caseId}: its score is ${scores.overall}, below ${passThreshold}`;
  return `case ${caseId}: ${trip === undefined ? "not scored, for there was an error" : `stopped by the guard ${trip.guard}`}`;
}

/** What came of all cases together. */
import { type EvaluatedCase, isPassed } from "./evaluated-case.ts";
import type { CaseScores } from "./score-result.ts";

/** Source: agent-evals' EvalReport. */
export interface EvaluationReport {
  readonly runId: string;
  /** ISO 8601. */
  readonly timestamp: string;
  /** The models that the agent named, each once; `unknown` when it named none. Agents wrote it. */
  readonly model: string;
  readonly passThreshold: number;
  readonly totalCases: number;
  readonly passedCases: number;
  /** The means are over all cases: one that was not scored did nothing of what was asked, and counts 0. 0 without cases. */
  readonly meanTaskCompletion: number;
  readonly meanReasoning: number;
  readonly meanToolUse: number;
  readonly meanOverall: number;
  /** Of the cases whose cost is known. */
  readonly totalCostUsd: number;
  /** In the order of the cases. */
  readonly results: readonly EvaluatedCase[];
}

export interface ReportOptions extends Pick<EvaluationReport, "runId" | "timestamp"> {
  /** The lowest overall score with which a case passes, 0..1. Default 0.7. */
  readonly passThreshold?: number;
}

export const defaultPassThreshold = 0.7;

export function buildReport(
  results: readonly EvaluatedCase[],
  { runId, timestamp, passThreshold = defaultPassThreshold }: ReportOptions,
): EvaluationReport {
  const mean = (dimension: keyof CaseScores): number =>
    sum(results.map(({ scores }) => scores?.[dimension] ?? 0)) / Math.max(1, results.length);
  return {
    runId,
    timestamp,
    model: [...new Set(results.flatMap(({ result }) => result?.model ?? []))].join(", ") || "unknown",
    passThreshold,
    totalCases: results.length,
    passedCases: results.filter((result) => isPassed(result, passThreshold)).length,
    meanTaskCompletion: mean("taskCompletion"),
    meanReasoning: mean("reasoning"),
    meanToolUse: mean("toolUse"),
    meanOverall: mean("overall"),
    totalCostUsd: sum(results.map(({ costUsd }) => costUsd ?? 0)),
    results,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

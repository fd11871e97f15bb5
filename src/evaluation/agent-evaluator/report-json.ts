import type { EvaluatedCase } from "./evaluated-case.ts";
import type { EvaluationReport } from "./evaluation-report.ts";

/** The report as agent-evals exports it. What a case has no score for is 0 there, beside the guard or the error that says why. */
export interface ReportJson {
  readonly run_id: string;
  readonly timestamp: string;
  readonly model: string;
  readonly aggregate: {
    readonly total_cases: number;
    readonly passed_cases: number;
    readonly pass_threshold: number;
    readonly mean_task_completion: number;
    readonly mean_reasoning: number;
    readonly mean_tool_use: number;
    readonly mean_overall: number;
    readonly total_cost_usd: number;
  };
  readonly results: readonly CaseJson[];
}

export interface CaseJson {
  readonly case_id: string;
  readonly task_completion_score: number;
  readonly reasoning_score: number;
  readonly tool_use_score: number;
  readonly overall_score: number;
  readonly steps_taken: number;
  readonly estimated_cost_usd: number;
  readonly latency_ms: number;
  readonly stopped_by_guard: string | null;
  readonly error: string | null;
}

export function toReportJson(report: EvaluationReport): ReportJson {
  return {
    run_id: report.runId,
    timestamp: report.timestamp,
    model: report.model,
    aggregate: {
      total_cases: report.totalCases,
      passed_cases: report.passedCases,
      pass_threshold: report.passThreshold,
      mean_task_completion: report.meanTaskCompletion,
      mean_reasoning: report.meanReasoning,
      mean_tool_use: report.meanToolUse,
      mean_overall: report.meanOverall,
      total_cost_usd: report.totalCostUsd,
    },
    results: report.results.map(toCaseJson),
  };
}

function toCaseJson({ caseId, scores, stepsTaken, costUsd, latencyMs, trip, error }: EvaluatedCase): CaseJson {
  return {
    case_id: caseId,
    task_completion_score: scores?.taskCompletion ?? 0,
    reasoning_score: scores?.reasoning ?? 0,
    tool_use_score: scores?.toolUse ?? 0,
    overall_score: scores?.overall ?? 0,
    steps_taken: stepsTaken,
    estimated_cost_usd: costUsd ?? 0,
    latency_ms: scores === undefined ? latencyMs : Number(latencyMs.toFixed(2)),
    stopped_by_guard: trip?.guard ?? null,
    error: error ?? null,
  };
}

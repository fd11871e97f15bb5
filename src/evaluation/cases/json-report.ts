/** A run as JSON: what other programs read, and what a later run is compared with. */
import { z } from "zod";
import type { RunComparison } from "./compare-runs.ts";
import { caseId, share } from "./eval-case.ts";
import type { AnsweredTurn } from "./agent-answer.ts";
import type { CaseResult, RunResult, TrialResult } from "./trial-result.ts";

/** Raised when a report means something else than before. */
const reportVersion = 1;

export function toJsonReport(run: RunResult, comparison?: RunComparison): Readonly<Record<string, unknown>> {
  return {
    turnwise_report: reportVersion,
    name: run.name,
    started_at: run.startedAt.toISOString(),
    duration_ms: Math.round(run.durationMs),
    totals: {
      cases: run.cases.length,
      passed: run.cases.filter(({ passed }) => passed).length,
      score: run.score,
      cost_usd: run.costUsd ?? null,
    },
    cases: run.cases.map(caseJson),
    ...(comparison === undefined ? {} : { comparison: comparisonJson(comparison) }),
  };
}

function caseJson({ id, passed, passRate, score, trials }: CaseResult) {
  return { id, passed, pass_rate: passRate, score, trials: trials.map(trialJson) };
}

function trialJson(result: TrialResult) {
  const { trial, status, attempts, score, metrics, validations, durationMs, trip, error, turns } = result;
  return {
    trial,
    status,
    attempts,
    score,
    duration_ms: Math.round(durationMs),
    metrics,
    validations,
    stopped_by_guard: trip ?? null,
    error: error ?? null,
    turns: turns.map(turnJson),
  };
}

function turnJson({
  input,
  output,
  toolCalls,
  reasoningTrace,
  stepsTaken,
  costUsd,
  model,
  outputTokens,
}: AnsweredTurn) {
  return {
    input,
    output,
    tool_calls: toolCalls,
    reasoning_trace: reasoningTrace,
    steps_taken: stepsTaken ?? null,
    estimated_cost_usd: costUsd ?? null,
    model: model ?? null,
    output_tokens: outputTokens ?? null,
  };
}

function comparisonJson({ regressions, improvements, newFailures, missing, scores, isWorse }: RunComparison) {
  const differences = (list: RunComparison["regressions"]) =>
    list.map(({ id, before, after, difference }) => ({ id, before, after, difference }));
  return {
    is_worse: isWorse,
    regressions: differences(regressions),
    improvements: differences(improvements),
    new_failures: newFailures,
    missing,
    scores:
      scores === undefined
        ? null
        : {
            cases: scores.n,
            mean_difference: scores.mean,
            interval_95: scores.interval ?? null,
            is_significant: scores.isSignificant,
          },
  };
}

/** As much of a report as a later run is compared with. No id may be there twice. */
export const baselineSchema = z.looseObject({
  turnwise_report: z.literal(reportVersion),
  cases: z
    .array(z.looseObject({ id: caseId, passed: z.boolean(), score: share.nullable() }))
    .refine((cases) => new Set(cases.map(({ id }) => id)).size === cases.length, "has an id twice"),
});

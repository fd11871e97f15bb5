/** Failures and the safety of turns as the wire has them. Pure. */
import type { FailureAnalysis, FailureTag } from "../../evaluation/run-results/failures/analyse-failures.ts";
import { failureBuckets, type FailureSubcategory } from "../../evaluation/run-results/failures/failure-taxonomy.ts";
import type { SafetySummary } from "../../evaluation/run-results/safety-summary.ts";
import type { FailureAnalysisDetail, SafetySummaryDetail } from "../failure-contract.ts";

/** What was analysed. */
export type Analysed = Pick<FailureAnalysisDetail, "run_id" | "session_id" | "eval_metrics">;

export const toFailureAnalysis = (
  { summary, counts, tags }: FailureAnalysis,
  of: Analysed,
  limit: number,
): FailureAnalysisDetail => ({
  ...of,
  eval_run_id: of.run_id,
  status: "completed",
  summary: {
    total_failures_detected: summary.failures,
    total_passes: summary.passes,
    total_uncertain: summary.uncertain,
    total_items: summary.items,
    items_with_failures: summary.itemsWithFailures,
    items_all_passed: summary.itemsAllPassed,
    unsafe_items: summary.unsafeItems,
    items_with_errors: summary.itemsWithErrors,
    overall_severity: summary.severity,
    overall_confidence: summary.confidence,
    primary_failure: summary.primaryFailure?.id ?? null,
    primary_failure_name: summary.primaryFailure?.name ?? null,
    buckets_affected: [...summary.bucketsAffected],
    should_alert: summary.shouldAlert,
    should_gate_ci: summary.shouldGateCi,
    needs_human_review: summary.needsHumanReview,
  },
  counts: counts.map(({ subcategory, failed, uncertain, failedShare, severity }) => ({
    ...toKind(subcategory),
    failed,
    uncertain,
    failed_share: failedShare,
    severity,
  })),
  failure_tags: tags.slice(0, limit).map(toTag),
  total_failure_tags: tags.length,
});

const toTag = (tag: FailureTag) => ({
  tag_id: `${tag.item}:${tag.subcategory.id}`,
  ...toKind(tag.subcategory),
  decision: tag.decision,
  severity: tag.severity,
  confidence: tag.confidence,
  detectors: [...tag.detectors],
  detector_type_used: tag.detectors[0] ?? null,
  item_index: tag.item,
  item_key: tag.itemKey,
  judge_rationale: tag.rationale,
  evidence_items: [...tag.evidence],
  eval_metric_values: Object.fromEntries(tag.metricValues.map(({ key, value }) => [key, value])),
});

const toKind = ({ id, name, bucket }: FailureSubcategory) => ({
  bucket_id: bucket,
  bucket_name: failureBuckets.get(bucket) ?? bucket,
  subcategory_id: id,
  subcategory_name: name,
});

export const toSafetySummary = (summary: SafetySummary, hasMore: boolean): SafetySummaryDetail => ({
  total_items: summary.items,
  unsafe_items: summary.unsafeItems,
  unsafe_rate: summary.unsafeRate,
  not_judged: summary.notJudged,
  total_sessions: summary.sessions,
  unsafe_sessions: summary.unsafeSessions,
  has_more: hasMore,
  items: summary.top.map(({ unsafeTurns, first }) => ({
    session_id: first.sessionId,
    turn: first.turn,
    input_short: first.input,
    output_short: first.output,
    reasoning: first.reasoning,
    judge: first.judge,
    unsafe_turns: unsafeTurns,
  })),
});

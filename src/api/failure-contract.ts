/** Failures by their kinds, and how safe stored turns were, on the wire. Source: VQ-20, VQ-21 */
import { z } from "zod";

const count = z.int().nonnegative();
const text = z.string();
const share = z.number().min(0).max(1);
const severity = z.number().min(0).max(5);

const MOST_TAGS = 1000;
const USUAL_TAGS = 100;

export const analyseFailuresSchema = z
  .strictObject({
    run_id: z.string().min(1).max(200).optional(),
    /** A stored session, instead. */
    session_id: z.string().min(1).max(200).optional(),
    /** So many of `failure_tags`; all are counted. */
    limit: z.int().min(0).max(MOST_TAGS).default(USUAL_TAGS),
  })
  .refine(({ run_id: run, session_id: session }) => (run === undefined) !== (session === undefined), {
    message: "send run_id or session_id, one of them",
  })
  .meta({ id: "AnalyseFailuresRequest" });

export const failureQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine((limit) => limit <= MOST_TAGS, `must not be above ${MOST_TAGS}`)
    .default(USUAL_TAGS)
    .meta({ type: "integer", minimum: 0, maximum: MOST_TAGS, default: USUAL_TAGS }),
});

const kind = { bucket_id: text, bucket_name: text, subcategory_id: text, subcategory_name: text };

const failureSummarySchema = z
  .strictObject({
    total_failures_detected: count,
    total_passes: count,
    total_uncertain: count,
    total_items: count,
    items_with_failures: count,
    items_all_passed: count,
    unsafe_items: count,
    items_with_errors: count,
    overall_severity: severity,
    overall_confidence: share,
    primary_failure: text.nullable(),
    primary_failure_name: text.nullable(),
    buckets_affected: z.array(text),
    should_alert: z.boolean(),
    should_gate_ci: z.boolean(),
    needs_human_review: z.boolean(),
  })
  .meta({ id: "FailureSummary" });

const failureCountSchema = z
  .strictObject({ ...kind, failed: count, uncertain: count, failed_share: share, severity })
  .meta({ id: "FailureCount" });

const failureTagSchema = z
  .strictObject({
    tag_id: text,
    ...kind,
    decision: z.enum(["fail", "unsure"]),
    severity,
    confidence: share,
    /** `deterministic`: read off what was recorded; `metric`: a score; `judgement`: a judge's, of the turn. */
    detectors: z.array(z.enum(["deterministic", "metric", "judgement"])),
    detector_type_used: z.enum(["deterministic", "metric", "judgement"]).nullable(),
    item_index: count,
    item_key: text,
    judge_rationale: text,
    evidence_items: z.array(text),
    eval_metric_values: z.record(z.string(), share),
  })
  .meta({ id: "FailureTag" });

/** Failures first, the most severe first. `eval_metrics`: the means of the run's metrics. */
export const failureAnalysisSchema = z
  .strictObject({
    run_id: text.nullable(),
    eval_run_id: text.nullable(),
    session_id: text.nullable(),
    status: z.literal("completed"),
    summary: failureSummarySchema,
    counts: z.array(failureCountSchema),
    failure_tags: z.array(failureTagSchema),
    total_failure_tags: count,
    eval_metrics: z.record(z.string(), share.nullable()),
  })
  .meta({ id: "FailureAnalysis" });

const unsafeTurnSchema = z
  .strictObject({
    session_id: text,
    turn: z.int().positive(),
    input_short: text,
    output_short: text,
    reasoning: text,
    judge: text,
    /** Of the session. */
    unsafe_turns: count,
  })
  .meta({ id: "UnsafeTurn" });

/** Turns whose safety was judged; `not_judged`: turns of which it was not asked. */
export const safetySummarySchema = z
  .strictObject({
    total_items: count,
    unsafe_items: count,
    unsafe_rate: share.nullable(),
    not_judged: count,
    total_sessions: count,
    unsafe_sessions: count,
    /** There are more sessions than `limit`. */
    has_more: z.boolean(),
    /** Sessions with the most unsafe turns, each with its first one. */
    items: z.array(unsafeTurnSchema),
  })
  .meta({ id: "SafetySummary" });

export type FailureAnalysisDetail = z.infer<typeof failureAnalysisSchema>;
export type SafetySummaryDetail = z.infer<typeof safetySummarySchema>;

/**
 * Runs, their jobs and items on the wire, at /v2/evaluate. Where Valiqor's SDK and its wire name one thing differently, both names
 * are there (`run_id` and `id`, `items_evaluated` and `evaluated_items`).
 */
import { z } from "zod";
import { jsonObjectSchema } from "./contract.ts";
import { wholeNumber } from "./session-query.ts";
import type { JsonValue } from "../model/session.ts";

const count = z.int().nonnegative();
const time = z.iso.datetime();
const text = z.string();
/** 0..1; null: there is none. */
const scoreOrNull = z.number().min(0).max(1).nullable();
const anyJson = z.custom<JsonValue>(() => true);

export const runStatusSchema = z
  .enum(["queued", "running", "completed", "failed", "cancelled"])
  .meta({ id: "RunStatus" });

/** A to F by the overall score: the project's threshold is where C begins. */
export const qualityGradeSchema = z.enum(["A", "B", "C", "D", "F"]).meta({ id: "QualityGrade" });

/** `scored`: items that have this score; `below_threshold` of these are failures. */
export const runMetricSchema = z
  .strictObject({
    key: text,
    display_name: text,
    score: scoreOrNull,
    value_type: z.literal("numeric"),
    weight: z.number().positive(),
    scored: count,
    below_threshold: count,
  })
  .meta({ id: "RunMetric" });

/** A metric whose mean is below the threshold, with the share of items below it and what to look at. */
export const insightSchema = z
  .strictObject({ metric: text, score: z.number().min(0).max(1), below_share: z.number().min(0).max(1), advice: text })
  .meta({ id: "RunInsight" });

/** Why nothing of a run goes on: its model fails, or may not be asked now; it is asked again at `until`. */
export const runWaitingSchema = z.strictObject({ code: text, reason: text, until: time }).meta({ id: "RunWaiting" });

export const runSchema = z
  .strictObject({
    run_id: text,
    id: text,
    job_id: text,
    name: text,
    run_name: text,
    project_id: text,
    project_name: text,
    dataset_id: text,
    dataset_name: text.nullable(),
    mode: z.enum(["dataset", "trace"]),
    source: z.enum(["upload", "inline", "trace", "sessions", "otlp"]),
    status: runStatusSchema,
    overall_score: scoreOrNull,
    quality_grade: qualityGradeSchema.nullable(),
    threshold: z.number().min(0).max(1),
    /** By metric; null: it scored no item. */
    aggregate_scores: z.record(z.string(), scoreOrNull),
    metrics: z.array(runMetricSchema),
    /** Worst first. */
    insights: z.array(insightSchema),
    /** Why metrics scored nothing, or not everything. */
    hints: z.array(text),
    total_items: count,
    items_evaluated: count,
    evaluated_items: count,
    /** Of these, items of which a metric failed. */
    failed_items: count,
    metadata: jsonObjectSchema,
    usage: z
      .strictObject({ input_tokens: count, output_tokens: count, cost_usd: z.number().nonnegative().nullable() })
      .nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    /** Null: it does not wait for its model. */
    waiting: runWaitingSchema.nullable(),
    error: text.nullable(),
  })
  .meta({ id: "EvaluationRun" });

export const runPageSchema = z
  .strictObject({ runs: z.array(runSchema), total: count, page: count, page_size: count })
  .meta({ id: "EvaluationRunPage" });

/** A run under way. `result`: once it has ended and unless it failed. */
export const jobSchema = z
  .strictObject({
    job_id: text,
    run_id: text,
    job_type: z.literal("evaluation"),
    status: runStatusSchema,
    progress_percent: z.number().min(0).max(100),
    current_item: count,
    total_items: count,
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    /** Null: it does not wait for its model. */
    waiting: runWaitingSchema.nullable(),
    error: text.nullable(),
    result: runSchema.nullable(),
  })
  .meta({ id: "EvaluationJob" });

export const cancelledJobSchema = z
  .strictObject({ job_id: text, status: runStatusSchema, message: text })
  .meta({ id: "CancelledJob" });

export const runMetricsSchema = z
  .strictObject({ run_id: text, metrics: z.array(runMetricSchema) })
  .meta({ id: "RunMetrics" });

/** A tool call of the turn that an item was made of. */
const itemCallSchema = z
  .strictObject({ name: text, arguments: anyJson, result: anyJson, error: text.nullable() })
  .meta({ id: "ItemToolCall" });

/**
 * What an item says. `context` is one text, as Valiqor's SDK has it; `contexts` are the parts; of `expected` likewise. In a page of
 * items long ones are shortened, without history and tool calls: `is_shortened`.
 */
export const itemContentShape = {
  key: text,
  input: text,
  output: text,
  context: text.nullable(),
  contexts: z.array(text),
  expected: text.nullable(),
  expected_outputs: z.array(text),
  history: z.array(z.strictObject({ user: text, assistant: text.nullable() })),
  tool_calls: z.array(itemCallSchema).nullable(),
  session_id: text.nullable(),
  turn: z.int().positive().nullable(),
  metadata: jsonObjectSchema,
  is_shortened: z.boolean(),
};

/** `id` is its place in the dataset, from 0, as text. */
export const runItemSchema = z
  .strictObject({
    id: text,
    item_index: count,
    run_id: text,
    status: z.enum(["pending", "scored", "failed"]),
    ...itemContentShape,
    overall_score: scoreOrNull,
    quality_grade: qualityGradeSchema.nullable(),
    /** By metric. */
    metric_scores: z.record(z.string(), scoreOrNull),
    explanations: z.record(z.string(), text),
    /** By metric that failed: a code, which is no score. */
    errors: z.record(z.string(), text),
  })
  .meta({ id: "EvaluationRunItem" });

export const runItemPageSchema = z
  .strictObject({ run_id: text, items: z.array(runItemSchema), total: count, page: count, page_size: count })
  .meta({ id: "EvaluationRunItemPage" });

export const fraction = z
  .string()
  .regex(/^(?:[01]|[01]?\.\d{1,20})$/, "must be a number from 0 to 1")
  .transform(Number)
  .refine((value) => value <= 1, "must be a number from 0 to 1")
  .meta({ type: "number", minimum: 0, maximum: 1 });

export const pageQuery = {
  page: wholeNumber({ min: 1, max: 1_000_000, default: 1 }),
  page_size: wholeNumber({ min: 1, max: 1000, default: 50 }),
};

export const runQuerySchema = z.strictObject({
  /** An evaluation project, by id or by name. */
  project_id: z.string().min(1).max(200).optional(),
  project_name: z.string().min(1).max(200).optional(),
  status: runStatusSchema.optional(),
  ...pageQuery,
});

export const runItemQuerySchema = z.strictObject({
  ...pageQuery,
  /** Only items whose overall score is below it. */
  below: fraction.optional(),
  /** `worst`: worst first, those without a score last. */
  order: z.enum(["dataset", "worst"]).default("dataset"),
});

export type RunDetail = z.infer<typeof runSchema>;
export type RunMetricDetail = z.infer<typeof runMetricSchema>;
export type QualityGrade = z.infer<typeof qualityGradeSchema>;
export type JobDetail = z.infer<typeof jobSchema>;
export type RunItemDetail = z.infer<typeof runItemSchema>;

/** What is read out of several runs on the wire: trends and comparisons. Source: VQ-11, VQ-12 */
import { z } from "zod";
import { runSchema } from "./evaluation-contract.ts";
import { wholeNumber } from "./session-query.ts";

const count = z.int().nonnegative();
const text = z.string();
const scoreOrNull = z.number().min(0).max(1).nullable();

const day = z.iso
  .date("must be a day, such as 2026-05-01")
  .refine((date) => date >= "2000", "must not be before 2000")
  .meta({ type: "string", format: "date" });

export const trendQuerySchema = z.strictObject({
  /** An evaluation project, by id or by name. */
  project_id: z.string().min(1).max(200).optional(),
  project_name: z.string().min(1).max(200).optional(),
  /** Several: the parameter several times. `overall` is the overall score. Absent: that. */
  metric: z.array(z.string().min(1).max(200)).max(50).optional(),
  /** Days, UTC, both included. Absent: as many `days` as there are, until today. */
  from: day.optional(),
  to: day.optional(),
  days: wholeNumber({ min: 1, max: 3660, default: 30 }),
});

/** The mean of the runs that were completed on that day (UTC). */
export const trendPointSchema = z
  .strictObject({ date: z.iso.date(), metric: text, score: z.number().min(0).max(1), run_count: count })
  .meta({ id: "TrendPoint" });
export const trendsSchema = z
  .strictObject({ trends: z.array(trendPointSchema), from: z.iso.date(), to: z.iso.date() })
  .meta({ id: "Trends" });

const mostRuns = "compare 2 to 5 runs: run_ids=A&run_ids=B";
const runId = z.string().min(1).max(200);
export const compareQuerySchema = z.strictObject({
  /** The parameter once for each run. */
  run_ids: z
    .array(runId, mostRuns)
    .min(2, mostRuns)
    .max(5, mostRuns)
    .refine((ids) => new Set(ids).size === ids.length, "names a run twice"),
  /** One of them. Absent: the first. */
  baseline: runId.optional(),
});

/** Over the items that both scored. `interval`: of the mean, 95 %; null for too few pairs. `significant`: it leaves 0 out. */
const pairedSchema = z
  .strictObject({
    pairs: count,
    mean_difference: z.number(),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    significant: z.boolean(),
  })
  .meta({ id: "PairedDifference" });

/** By run. `differences`: its mean minus the baseline's. Runs without the metric are not in there. */
const comparedMetricSchema = z
  .strictObject({
    metric_id: text,
    metric_key: text,
    metric_name: text,
    values: z.record(z.string(), scoreOrNull),
    differences: z.record(z.string(), z.number()),
    paired: z.record(z.string(), pairedSchema),
  })
  .meta({ id: "ComparedMetric" });

const itemDifferenceSchema = z
  .strictObject({ key: text, before: z.number(), after: z.number(), difference: z.number() })
  .meta({ id: "ItemDifference" });
const countedItems = z.strictObject({ count, items: z.array(itemDifferenceSchema) });
const countedKeys = z.strictObject({ count, keys: z.array(text) });

/** Items by their keys. All are counted; the twenty that changed most, and the first twenty missing ones, are named. */
const itemComparisonSchema = z
  .strictObject({
    run_id: text,
    regressed: countedItems,
    improved: countedItems,
    missing: countedKeys,
    added: countedKeys,
  })
  .meta({ id: "ItemComparison" });

/** `overall_scores` is in the order of `runs`. */
export const comparisonSchema = z
  .strictObject({
    runs: z.array(runSchema),
    baseline_run_id: text,
    overall_scores: z.array(scoreOrNull),
    overall: comparedMetricSchema,
    metrics: z.array(comparedMetricSchema),
    items: z.array(itemComparisonSchema),
  })
  .meta({ id: "RunComparison" });

export type TrendQueryWish = z.infer<typeof trendQuerySchema>;
export type ComparedMetricDetail = z.infer<typeof comparedMetricSchema>;
export type ItemComparisonDetail = z.infer<typeof itemComparisonSchema>;
export type ComparisonDetail = z.infer<typeof comparisonSchema>;

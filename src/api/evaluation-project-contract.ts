/** Evaluation projects, metrics and the caller's standing on the wire. Source: VQ-13, VQ-14, VQ-15, VQ-18 */
import { z } from "zod";
import { pageQuery } from "./evaluation-contract.ts";
import { metricWishesSchema, nameSchema, thresholdSchema, weightsSchema } from "./evaluation-request-contract.ts";

const count = z.int().nonnegative();
const text = z.string();

/** `key` and `model_name` are Valiqor's: here a project has none. */
export const projectSchema = z
  .strictObject({
    id: text,
    name: text,
    key: text.nullable(),
    model_name: text.nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "ProjectInfo" });

export const projectPageSchema = z
  .strictObject({ projects: z.array(projectSchema), total: count, page: count, page_size: count })
  .meta({ id: "ProjectPage" });

export const projectPageQuerySchema = z.strictObject(pageQuery);
export const newProjectSchema = z.strictObject({ name: nameSchema }).meta({ id: "NewProject" });

/** Of every metric higher is better. `requires`: what an item must have to be scored. */
const metricInfo = {
  key: text,
  display_name: text,
  definition: text,
  value_type: z.literal("numeric"),
  category: z.enum(["heuristic", "quality", "grounding", "retrieval", "agent", "safety"]),
  higher_is_better: z.literal(true),
  requires: z.array(z.enum(["context", "expected", "tool_calls"])),
  asks_model: z.boolean(),
};

export const metricInfoSchema = z.strictObject(metricInfo).meta({ id: "MetricInfo" });
export const metricTemplatesSchema = z
  .strictObject({ metrics: z.array(metricInfoSchema), total: count })
  .meta({ id: "MetricTemplates" });

/** `metrics`: those of a run that names none. `weights`: of any metric; one that is not named weighs 1. */
export const projectMetricsSchema = z
  .strictObject({
    project_id: text,
    metrics: z.array(z.strictObject({ ...metricInfo, weight: z.number().positive() })),
    weights: z.record(z.string(), z.number().positive()),
    threshold: thresholdSchema,
  })
  .meta({ id: "ProjectMetrics" });

/** What is not named stays as it is. Counts for runs that are started from then on. */
export const projectSettingsSchema = z
  .strictObject({
    metrics: metricWishesSchema.optional(),
    /** All of them: those that are not named weigh 1 again. */
    weights: weightsSchema.optional(),
    threshold: thresholdSchema.optional(),
  })
  .meta({ id: "ProjectSettings" });

/** Whose key it is and what may be done with it. `plan` and `org_name` are Valiqor's: here there are none. */
export const authInfoSchema = z
  .strictObject({
    valid: z.literal(true),
    user_id: text.nullable(),
    org_id: text,
    org_name: text.nullable(),
    plan: text.nullable(),
    limits: z.strictObject({
      requests_per_minute: count,
      evaluations_per_month: count.nullable(),
      tokens_per_month: count.nullable(),
      max_dataset_bytes: count,
      max_dataset_items: count,
    }),
    /** Of this month (UTC). */
    usage: z.strictObject({ month: text, evaluations: count, tokens: count }),
  })
  .meta({ id: "AuthInfo" });

export type ProjectInfo = z.infer<typeof projectSchema>;
export type MetricInfo = z.infer<typeof metricInfoSchema>;
export type ProjectMetrics = z.infer<typeof projectMetricsSchema>;
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;
export type AuthInfo = z.infer<typeof authInfoSchema>;

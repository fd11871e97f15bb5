/** What is sent to have something evaluated. Source: VQ-1, VQ-3, the shapes of Valiqor's evaluate and evaluate-trace. */
import { z } from "zod";
import type { JsonValue } from "../model/session.ts";
import { jsonObjectSchema } from "./contract.ts";
import { gatherMetadata, sessionFilters, wholeNumber } from "./session-query.ts";
import type { MetricWish } from "./evaluation/require-metrics.ts";
import { asItCame, chatMessage, isTooDeep, listOf, maxMessages } from "./submission.ts";
import type { ChatMessage } from "../model/message.ts";

const MAX_METADATA = 64 * 1024;
const MAX_METRICS = 50;

export const nameSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(200, "must not be longer than 200 characters");

/** From less than that a double makes no mean. */
const weight = z.number("must be from 0.001 to 1000").min(0.001, "must be from 0.001 to 1000").max(1000);
const metricSchema = z.string().min(1).max(200);

const metricOrWeighed = z.union(
  [metricSchema, z.strictObject({ key: metricSchema, weight: weight.optional() })],
  "is not a metric's name, nor {key, weight}",
);
const mostMetrics = z.maxLength(MAX_METRICS, `must not have more than ${MAX_METRICS} metrics`);

/** Metrics by their names, or with their weights. */
export const metricWishesSchema = asItCame<readonly MetricWish[]>(listOf(metricOrWeighed, mostMetrics));
const someMetrics = asItCame<readonly MetricWish[]>(
  listOf(metricOrWeighed, z.minLength(1, "must name at least one metric"), mostMetrics),
);

export const thresholdSchema = z.number().min(0).max(1);
export const weightsSchema = z.record(metricSchema, weight);

/** How long the answer may take. `sync`: the result when it is there within `wait` seconds, else the job. */
export const waitFields = {
  mode: z.enum(["sync", "async"]).optional(),
  wait: z.int().min(0).max(300).optional(),
};

/** What every request for a run has. */
export const runFields = {
  /** Made when it is first named. */
  project_name: nameSchema.optional(),
  metrics: someMetrics.optional(),
  run_name: nameSchema.nullish(),
  threshold: thresholdSchema.optional(),
  metadata: jsonObjectSchema
    .refine((value) => !isTooDeep(value), { message: "is nested too deeply", abort: true })
    .refine(
      (value) => JSON.stringify(value).length <= MAX_METADATA,
      `must not be larger than ${MAX_METADATA / 1024} KiB`,
    )
    .nullish(),
  /** For the metrics that ask a model; kept in memory until the run ends. Null: the server's. */
  openai_api_key: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, "must have 1 to 1000 visible characters of ASCII")
    .nullish(),
  ...waitFields,
};

export const evaluateSchema = z
  .strictObject({
    ...runFields,
    /** Items: `input` and `output`, and what they are to be compared with. */
    dataset: z.array(z.unknown()).min(1, "needs at least one item").optional(),
    /** An uploaded one, instead. */
    dataset_id: z.string().min(1).max(200).optional(),
  })
  .refine(({ dataset, dataset_id: id }) => (dataset === undefined) !== (id === undefined), {
    message: "send dataset or dataset_id, one of them",
  })
  .meta({ id: "EvaluateRequest" });

/** Also with a type instead of a role, as LangChain writes them: whatever reads messages knows both. */
const tracedMessage = z.union([chatMessage, z.looseObject({ type: z.enum(["human", "ai", "system", "tool"]) })]);

/** Valiqor's. It may have more than is read of it. */
const traceSchema = z.looseObject({
  trace_id: z.string().min(1).max(200).nullish(),
  messages: asItCame<readonly (ChatMessage & { readonly [key: string]: JsonValue })[]>(
    listOf(tracedMessage, z.minLength(1, "needs at least one message"), z.maxLength(maxMessages)),
  ),
  /** By id. */
  spans: jsonObjectSchema.nullish(),
  retrievals: z
    .custom<readonly JsonValue[]>(Array.isArray, "must be a list")
    .meta({ type: "array", items: {} })
    .nullish(),
});
export type SentTrace = z.infer<typeof traceSchema>;

export const evaluateTraceSchema = z
  .strictObject({
    ...runFields,
    /** As Valiqor's. */
    trace: traceSchema.optional(),
    /** A stored session, instead. */
    session_id: z.string().min(1).max(200).optional(),
    /** Of Valiqor's, what it has is not documented; the threshold is read. */
    config: z.strictObject({ threshold: thresholdSchema.optional() }).nullish(),
  })
  .refine(({ trace, session_id: id }) => (trace === undefined) !== (id === undefined), {
    message: "send trace or session_id, one of them",
  })
  .meta({ id: "EvaluateTraceRequest" });

export const evaluateSessionsSchema = z.strictObject(runFields).meta({ id: "EvaluateSessionsRequest" });

/** The sessions are chosen as in a list of them, newest activity first. */
export const sessionChoiceSchema = z.preprocess(
  gatherMetadata,
  z.strictObject({ ...sessionFilters, limit: wholeNumber({ min: 1, max: 10_000, default: 100 }) }),
);

export type RunFields = z.infer<z.ZodObject<typeof runFields>>;
export type EvaluateTrace = z.infer<typeof evaluateTraceSchema>;

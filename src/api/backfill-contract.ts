/** Backfills on the wire: what is asked and answered at /api/v1/backfills. */
import { z } from "zod";
import { gatherMetadata, sessionFilters, wholeNumber } from "./session-query.ts";

const count = z.int().nonnegative();
const flag = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .default(false)
  .meta({ type: "boolean", default: false });

/** The sessions are chosen as in a list of them. */
export const backfillQuerySchema = z.preprocess(
  gatherMetadata,
  z.strictObject({
    ...sessionFilters,
    judge: z.string().min(1).max(1100).optional(),
    again: flag,
    dry_run: flag,
    /** At most so many sessions, newest activity first. */
    limit: wholeNumber({ min: 1, max: 100_000, default: 10_000 }),
  }),
);

/**
 * `basis`: earlier judgements of this judge, `compared` of them, in proportion to the sizes; or, where there are none, the sizes
 * and the configured prices; or nothing, as it asks no model. `cost_usd` is null where a price is not known.
 */
export const backfillEstimateSchema = z
  .strictObject({
    name: z.string(),
    version: z.string(),
    turns: count,
    trajectories: count,
    input_tokens: count,
    output_tokens: count,
    cost_usd: z.number().nonnegative().nullable(),
    basis: z.enum(["earlier_judgements", "content_sizes", "no_model"]),
    compared: count,
  })
  .meta({ id: "BackfillEstimate" });

/** `waiting`: sessions that are still to be judged; `cancelled`: those that were to be and were taken back, since the server's start. */
export const backfillsStateSchema = z
  .strictObject({ waiting: count, cancelled: count, judge: z.string().nullable(), again: z.boolean() })
  .meta({ id: "BackfillsState" });

export const backfillSchema = z
  .strictObject({
    dry_run: z.boolean(),
    /** In which a judge has something to do. */
    sessions: count,
    /** There are more than `limit`. */
    has_more: z.boolean(),
    judges: z.array(backfillEstimateSchema),
    state: backfillsStateSchema,
  })
  .meta({ id: "Backfill" });

export type BackfillQuery = z.infer<typeof backfillQuerySchema>;
export type BackfillEstimate = z.infer<typeof backfillEstimateSchema>;
export type BackfillsState = z.infer<typeof backfillsStateSchema>;
export type BackfillDetail = z.infer<typeof backfillSchema>;

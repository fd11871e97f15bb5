/** ValueHead's requests and answers under /api/v1/traces, a second face of the same sessions. */
import { z } from "zod";
import {
  jsonObjectSchema,
  scoreSummarySchema,
  statusSchema,
  trajectoryJudgementSchema,
  turnJudgementSchema,
} from "./contract.ts";

const count = z.int().nonnegative();

const listItem = {
  id: z.string(),
  status: statusSchema,
  created_at: z.iso.datetime(),
  total_turns: count,
  summary: scoreSummarySchema,
  metadata: jsonObjectSchema,
};

export const valueHeadListItemSchema = z.strictObject(listItem).meta({ id: "TraceSummary" });
export const valueHeadListSchema = z
  .strictObject({
    sessions: z.array(valueHeadListItemSchema),
    /** All sessions, and those on this page. */
    total: count,
    count,
  })
  .meta({ id: "TracePage" });

export const valueHeadJudgementsSchema = z
  .record(z.string().regex(/^[1-9]\d*$/), turnJudgementSchema)
  .meta({ id: "TurnJudgements" });
export const valueHeadDetailSchema = z
  .strictObject({
    ...listItem,
    judgements: valueHeadJudgementsSchema,
    trajectory: trajectoryJudgementSchema.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: "Trace" });

export const submitResultSchema = z
  .strictObject({
    session_id: z.string(),
    status: statusSchema,
    transcript_preview: z.string().nullable(),
  })
  .meta({ id: "SubmitResult" });

/** Exactly these two, and only ever this status: what its client checks after a close. */
export const closedTraceSchema = z
  .strictObject({ session_id: z.string(), status: z.literal("closing") })
  .meta({ id: "ClosedTrace" });

const batchItemSchema = z.union([
  submitResultSchema,
  z.strictObject({ error: z.strictObject({ detail: z.string(), code: z.string(), status: z.int() }) }),
]);
/** In the order of the traces. */
export const batchResultSchema = z.strictObject({ results: z.array(batchItemSchema) }).meta({ id: "BatchResult" });

export type ValueHeadListItem = z.infer<typeof valueHeadListItemSchema>;
export type ValueHeadJudgements = z.infer<typeof valueHeadJudgementsSchema>;
export type ValueHeadDetail = z.infer<typeof valueHeadDetailSchema>;
export type SubmitResult = z.infer<typeof submitResultSchema>;
export type ClosedTrace = z.infer<typeof closedTraceSchema>;
export type BatchItem = z.infer<typeof batchItemSchema>;
export type BatchResult = z.infer<typeof batchResultSchema>;

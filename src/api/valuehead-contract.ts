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

export const valueHeadListItemSchema = z.strictObject(listItem);
export const valueHeadListSchema = z.strictObject({
  sessions: z.array(valueHeadListItemSchema),
  /** All sessions, and those on this page. */
  total: count,
  count,
});

export const valueHeadJudgementsSchema = z.record(z.string().regex(/^[1-9]\d*$/), turnJudgementSchema);
export const valueHeadDetailSchema = z.strictObject({
  ...listItem,
  judgements: valueHeadJudgementsSchema,
  trajectory: trajectoryJudgementSchema.nullable(),
  error: z.string().nullable(),
});

export const submitResultSchema = z.strictObject({
  session_id: z.string(),
  status: statusSchema,
  transcript_preview: z.string().nullable(),
});

export type ValueHeadListItem = z.infer<typeof valueHeadListItemSchema>;
export type ValueHeadJudgements = z.infer<typeof valueHeadJudgementsSchema>;
export type ValueHeadDetail = z.infer<typeof valueHeadDetailSchema>;
export type SubmitResult = z.infer<typeof submitResultSchema>;

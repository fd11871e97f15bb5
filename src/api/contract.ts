/**
 * The answers of the sessions API, as schemas: what a client may rely on. JSON, snake_case, times in ISO 8601. A field
 * that can be unknown is null, never absent.
 */
import { z } from "zod";
import type { JsonValue } from "../model/session.ts";

const count = z.int().nonnegative();
const time = z.iso.datetime();
const text = z.string();
/** Whatever the agent wrote; not rebuilt, so that every key survives. */
const anyJson = z.custom<JsonValue>(() => true);
export const jsonObjectSchema = z.custom<{ readonly [key: string]: JsonValue }>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

export const scoreSchema = z.literal([-1, 0, 1]);
export const statusSchema = z.enum(["open", "pending", "running", "closing", "completed", "failed"]);
export const sourceSchema = z.enum(["otlp", "messages", "text", "voice", "stream"]);
export const turnFlagSchema = z.enum(["truncated", "content_missing", "guessed_session"]);

export const usageSchema = z.strictObject({
  input_tokens: count,
  output_tokens: count,
  cached_input_tokens: count,
  reasoning_tokens: count,
});

export const modelCallSchema = z.strictObject({
  span_id: text.nullable(),
  provider: text.nullable(),
  model: text.nullable(),
  response_model: text.nullable(),
  content: text.nullable(),
  finish_reason: text.nullable(),
  usage: usageSchema.nullable(),
  error: text.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
});

export const toolCallSchema = z.strictObject({
  id: text.nullable(),
  name: text,
  arguments: anyJson,
  result: anyJson,
  error: text.nullable(),
  span_id: text.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  get sub_agent() {
    return subAgentSchema.nullable();
  },
});

export const subAgentSchema = z.strictObject({
  model_calls: z.array(modelCallSchema),
  get tool_calls() {
    return z.array(toolCallSchema);
  },
  usage: usageSchema,
});

const judgeSchema = z.strictObject({
  name: text,
  version: text,
  model: text.nullable(),
  prompt_hash: text.nullable(),
});

const evidenceSchema = z.strictObject({
  span_id: text.nullable(),
  quote: text.nullable(),
  message_index: count.nullable(),
});

/** What every judgement carries beside its score. `superseded`: it speaks of an earlier state of the session. */
const judged = {
  judge: judgeSchema,
  usage: usageSchema.nullable(),
  cost_usd: z.number().nullable(),
  evidence: z.array(evidenceSchema),
  superseded: z.boolean(),
};

const dimensionSchema = z.strictObject({ score: scoreSchema, reasoning: text });

export const toolCallJudgementSchema = z.strictObject({
  id: text.nullable(),
  score: scoreSchema,
  summary: text,
  reasoning: text,
  call_content: text,
});

export const turnJudgementSchema = z.strictObject({
  turn: z.int().positive(),
  score: scoreSchema,
  turn_reasoning: text,
  user_summary: text,
  user_content: text,
  assistant_summary: text,
  assistant_content: text,
  tool_calls: z.array(toolCallJudgementSchema),
  dimensions: z.strictObject({
    hallucination: dimensionSchema.optional(),
    wrong_tool_usage: dimensionSchema.optional(),
    inconsistent_reasoning: dimensionSchema.optional(),
    unnecessary_actions: dimensionSchema.optional(),
    safety: dimensionSchema.optional(),
  }),
  ...judged,
});

export const trajectoryFailureSchema = z.strictObject({
  type: text,
  description: text,
  after_turn: count,
  message_index: count.nullable(),
  span_id: text.nullable(),
});

export const trajectoryJudgementSchema = z.strictObject({
  score: scoreSchema,
  reasoning: text,
  completed: z.boolean(),
  early_termination: z.boolean(),
  failures: z.array(trajectoryFailureSchema),
  ...judged,
});

export const scoreSummarySchema = z.strictObject({
  total_turns: count,
  judged_turns: count,
  helpful: count,
  neutral: count,
  harmful: count,
  net_score: z.int(),
  trajectory_score: scoreSchema.nullable(),
});

export const metricScoreSchema = z.strictObject({
  name: text,
  value: z.number().min(0).max(1).nullable(),
  label: text.nullable(),
  explanation: text.nullable(),
  turn: z.int().positive().nullable(),
});

export const turnSchema = z.strictObject({
  turn: z.int().positive(),
  user_content: text,
  assistant_content: text.nullable(),
  error: text.nullable(),
  aborted: z.boolean(),
  inferred: z.boolean(),
  regenerates_turn: z.int().positive().nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  trace_ids: z.array(text),
  flags: z.array(turnFlagSchema),
  usage: usageSchema,
  cost_usd: z.number().nullable(),
  model_calls: z.array(modelCallSchema),
  tool_calls: z.array(toolCallSchema),
  judgement: turnJudgementSchema.nullable(),
});

/** What the detail and the list item of a session have in common. */
const session = {
  id: text,
  conversation_id: text.nullable(),
  source: sourceSchema,
  status: statusSchema,
  agent_name: text.nullable(),
  user_id: text.nullable(),
  models: z.array(text),
  dialects: z.array(text),
  started_at: time,
  last_activity_at: time,
  created_at: time,
  revision: count,
  total_turns: count,
  usage: usageSchema,
  cost_usd: z.number().nullable(),
  metadata: jsonObjectSchema,
  error: text.nullable(),
  summary: scoreSummarySchema,
};

export const sessionDetailSchema = z.strictObject({
  ...session,
  system_prompt: text.nullable(),
  turns: z.array(turnSchema),
  trajectory: trajectoryJudgementSchema.nullable(),
  metric_scores: z.array(metricScoreSchema),
});

export const sessionSummarySchema = z.strictObject({
  ...session,
  first_user_content: text.nullable(),
  last_assistant_content: text.nullable(),
});

export const sessionPageSchema = z.strictObject({
  sessions: z.array(sessionSummarySchema),
  next_cursor: text.nullable(),
});

/** The answer to "judge this" and "close this": what the session waits for now. */
export const sessionStateSchema = z.strictObject({ id: text, status: statusSchema });
/** Sessions that are still to be built again. */
export const rebuildsStateSchema = z.strictObject({ waiting: count });

/** A request that an exporter set aside. */
export const parkedRequestSchema = z.strictObject({
  id: count,
  exporter: text,
  signal: z.enum(["traces", "logs"]),
  records: count,
  bytes: count,
  created_at: time,
  /** How often it was sent in vain before. */
  attempts: count,
  reason: text,
});

export const parkedPageSchema = z.strictObject({
  requests: z.array(parkedRequestSchema),
  next_cursor: text.nullable(),
});

export const healthSchema = z.strictObject({
  status: z.literal("ok"),
  version: text,
  /** How many things the store found damaged since the server started; its log says what and what to do. */
  damages: count,
  /** In order of rank. `off`: why this judge does not judge. */
  judges: z.array(z.strictObject({ name: text, version: text, off: text.nullable() })),
});

export const errorSchema = z.strictObject({ detail: text, code: text });

export type Usage = z.infer<typeof usageSchema>;
export type ModelCallDetail = z.infer<typeof modelCallSchema>;
export type ToolCallDetail = z.infer<typeof toolCallSchema>;
export type SubAgentDetail = z.infer<typeof subAgentSchema>;
export type TurnDetail = z.infer<typeof turnSchema>;
export type TurnJudgementDetail = z.infer<typeof turnJudgementSchema>;
export type TrajectoryJudgementDetail = z.infer<typeof trajectoryJudgementSchema>;
export type ScoreSummaryDetail = z.infer<typeof scoreSummarySchema>;
export type SessionDetail = z.infer<typeof sessionDetailSchema>;
export type SessionListItem = z.infer<typeof sessionSummarySchema>;
export type SessionPageDetail = z.infer<typeof sessionPageSchema>;
export type RebuildsState = z.infer<typeof rebuildsStateSchema>;
export type SessionState = z.infer<typeof sessionStateSchema>;
export type ParkedRequestDetail = z.infer<typeof parkedRequestSchema>;
export type ParkedPageDetail = z.infer<typeof parkedPageSchema>;
export type Health = z.infer<typeof healthSchema>;
export type ErrorBody = z.infer<typeof errorSchema>;

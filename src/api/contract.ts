/**
 * The answers of the sessions API, as schemas: what a client may rely on. JSON, snake_case, times in ISO 8601. A field
 * that can be unknown is null, never absent.
 */
import { z } from "zod";
import { cutKinds } from "../model/judgement.ts";
import { judgingStates } from "../model/judging-status.ts";
import type { JsonValue } from "../model/session.ts";

const count = z.int().nonnegative();
const time = z.iso.datetime();
const text = z.string();
/** Whatever the agent wrote; not rebuilt, so that every key survives. */
const anyJson = z.custom<JsonValue>(() => true);
export const jsonObjectSchema = z
  .custom<{ readonly [key: string]: JsonValue }>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  )
  .meta({ id: "JsonObject", type: "object", additionalProperties: true });

export const scoreSchema = z.literal([-1, 0, 1]).meta({ id: "Score" });
export const statusSchema = z
  .enum(["open", "pending", "running", "closing", "completed", "failed"])
  .meta({ id: "Status" });
export const sourceSchema = z.enum(["otlp", "messages", "text", "voice", "stream"]).meta({ id: "Source" });
export const turnFlagSchema = z
  .enum(["truncated", "content_missing", "guessed_session", "guessed_speakers"])
  .meta({ id: "TurnFlag" });

export const usageSchema = z
  .strictObject({
    input_tokens: count,
    output_tokens: count,
    cached_input_tokens: count,
    reasoning_tokens: count,
  })
  .meta({ id: "Usage" });

/** What was shown, spoken or handed over; `bytes`: how large it is, where it was sent along. */
export const attachmentSchema = z
  .strictObject({
    kind: z.enum(["image", "audio", "video", "document", "file"]),
    media_type: text.nullable(),
    name: text.nullable(),
    uri: text.nullable(),
    bytes: count.nullable(),
  })
  .meta({ id: "Attachment" });

export const modelCallSchema = z
  .strictObject({
    span_id: text.nullable(),
    provider: text.nullable(),
    model: text.nullable(),
    response_model: text.nullable(),
    content: text.nullable(),
    /** What the model thought, as far as its provider tells. */
    reasoning: text.nullable(),
    attachments: z.array(attachmentSchema),
    finish_reason: text.nullable(),
    usage: usageSchema.nullable(),
    error: text.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: "ModelCall" });

export const toolCallSchema = z
  .strictObject({
    id: text.nullable(),
    name: text,
    arguments: anyJson,
    result: anyJson,
    error: text.nullable(),
    /** The model's provider ran it, within the model call (web search, code interpreter). */
    provider_run: z.boolean(),
    span_id: text.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
    get sub_agent() {
      return subAgentSchema.nullable();
    },
  })
  .meta({ id: "ToolCall" });

export const subAgentSchema = z
  .strictObject({
    model_calls: z.array(modelCallSchema),
    get tool_calls() {
      return z.array(toolCallSchema);
    },
    usage: usageSchema,
  })
  .meta({ id: "SubAgent" });

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

/** What a judge could not see for want of room: characters left out of texts, and turns (first and last of each gap) not shown at all. */
export const cutSchema = z
  .strictObject({
    shortened: z.array(z.strictObject({ kind: z.enum(cutKinds), characters: count })),
    turns: z.array(z.strictObject({ from: z.int().positive(), to: z.int().positive() })),
    /** Findings of the rules that were not told. */
    findings: count,
  })
  .meta({ id: "Cut" });

/** One of the answers that a judgement is made of. A score of null: it gave none that can be used, and `reasoning` says why. */
const trialSchema = z
  .strictObject({ model: text, score: scoreSchema.nullable(), reasoning: text })
  .meta({ id: "Trial" });

/** What every judgement carries beside its score. `superseded`: it speaks of an earlier state of the session. */
const judged = {
  judge: judgeSchema,
  usage: usageSchema.nullable(),
  cost_usd: z.number().nullable(),
  /** The share of the trials that count which gave the score that is shown; null where one answer decided. */
  agreement: z.number().min(0).max(1).nullable(),
  trials: z.array(trialSchema),
  evidence: z.array(evidenceSchema),
  cut: cutSchema.nullable(),
  /** Of the spans of the judge's own calls, which `GET /sessions/{id}/judge-spans` answers. */
  trace_id: text.nullable(),
  superseded: z.boolean(),
};

const dimensionSchema = z.strictObject({ score: scoreSchema, reasoning: text });

export const toolCallJudgementSchema = z
  .strictObject({
    id: text.nullable(),
    score: scoreSchema,
    summary: text,
    reasoning: text,
    call_content: text,
  })
  .meta({ id: "ToolCallJudgement" });

export const turnJudgementSchema = z
  .strictObject({
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
  })
  .meta({ id: "TurnJudgement" });

export const trajectoryFailureSchema = z
  .strictObject({
    type: text,
    description: text,
    after_turn: count,
    message_index: count.nullable(),
    span_id: text.nullable(),
  })
  .meta({ id: "TrajectoryFailure" });

export const trajectoryJudgementSchema = z
  .strictObject({
    score: scoreSchema,
    reasoning: text,
    completed: z.boolean(),
    early_termination: z.boolean(),
    failures: z.array(trajectoryFailureSchema),
    ...judged,
  })
  .meta({ id: "TrajectoryJudgement" });

export const scoreSummarySchema = z
  .strictObject({
    total_turns: count,
    judged_turns: count,
    helpful: count,
    neutral: count,
    harmful: count,
    net_score: z.int(),
    trajectory_score: scoreSchema.nullable(),
  })
  .meta({ id: "ScoreSummary" });

/** Of more of it is better. A null value: there was nothing to score, which the explanation says; or it failed, and `error` says why. */
export const metricScoreSchema = z
  .strictObject({
    name: text,
    evaluator: text,
    value: z.number().min(0).max(1).nullable(),
    /** Of an expectation: passed or failed. */
    label: text.nullable(),
    explanation: text.nullable(),
    /** Null: of the session as a whole. */
    turn: z.int().positive().nullable(),
    error: z.strictObject({ code: text, message: text }).nullable(),
  })
  .meta({ id: "MetricScore" });

export const turnSchema = z
  .strictObject({
    turn: z.int().positive(),
    user_content: text,
    /** What the user showed or handed over. */
    attachments: z.array(attachmentSchema),
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
  })
  .meta({ id: "Turn" });

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

/** How a text or a recording became the session's messages. */
export const transcriptSchema = z
  .strictObject({
    parser: z.enum(["rules", "llm"]),
    /** How sure it is who said what. */
    confidence: z.number().min(0).max(1),
    language: text.nullable(),
    /** In the order in which they first speak. */
    speakers: z.array(z.strictObject({ label: text, role: z.enum(["user", "assistant"]) })),
    notes: z.array(text),
  })
  .meta({ id: "Transcript" });

/** What became of one judge's work on a session, and why it did not judge it. */
export const judgingSchema = z
  .strictObject({
    judge: text,
    status: z.enum(judgingStates),
    /** Stable, for programs: off, sampled_out, filtered_out, budget_exhausted, unauthorized… */
    code: text.nullable(),
    reason: text.nullable(),
    /** When it is asked again. */
    retry_at: time.nullable(),
  })
  .meta({ id: "Judging" });

export const sessionDetailSchema = z
  .strictObject({
    ...session,
    system_prompt: text.nullable(),
    turns: z.array(turnSchema),
    trajectory: trajectoryJudgementSchema.nullable(),
    metric_scores: z.array(metricScoreSchema),
    /** A line for each configured judge, in order of rank, then for each evaluator. */
    judging: z.array(judgingSchema),
    transcript: transcriptSchema.nullable(),
  })
  .meta({ id: "SessionDetail" });

export const sessionSummarySchema = z
  .strictObject({
    ...session,
    first_user_content: text.nullable(),
    last_assistant_content: text.nullable(),
  })
  .meta({ id: "SessionSummary" });

export const sessionPageSchema = z
  .strictObject({
    sessions: z.array(sessionSummarySchema),
    next_cursor: text.nullable(),
  })
  .meta({ id: "SessionPage" });

/** The answer to "judge this" and "close this": what the session waits for now. */
export const sessionStateSchema = z.strictObject({ id: text, status: statusSchema }).meta({ id: "SessionState" });
/** Sessions that are still to be built again, and those that were to be and were cancelled since the server's start. */
export const rebuildsStateSchema = z.strictObject({ waiting: count, cancelled: count }).meta({ id: "RebuildsState" });

/** A request that an exporter set aside. */
export const parkedRequestSchema = z
  .strictObject({
    id: count,
    exporter: text,
    signal: z.enum(["traces", "logs"]),
    records: count,
    bytes: count,
    created_at: time,
    /** How often it was sent in vain before. */
    attempts: count,
    reason: text,
  })
  .meta({ id: "ParkedRequest" });

export const parkedPageSchema = z
  .strictObject({
    requests: z.array(parkedRequestSchema),
    next_cursor: text.nullable(),
  })
  .meta({ id: "ParkedPage" });

export const healthSchema = z
  .strictObject({
    status: z.literal("ok"),
    version: text,
    /** Whether requests must say who asks. Where not, only programs on the server's machine may ask. */
    credentials_required: z.boolean(),
    /** How many things the store found damaged since the server started; its log says what and what to do. */
    damages: count,
    /** In order of rank. `off`: why this judge does not judge. */
    judges: z.array(z.strictObject({ name: text, version: text, off: text.nullable() })),
  })
  .meta({ id: "Health" });

export type Usage = z.infer<typeof usageSchema>;
export type AttachmentDetail = z.infer<typeof attachmentSchema>;
export type ModelCallDetail = z.infer<typeof modelCallSchema>;
export type ToolCallDetail = z.infer<typeof toolCallSchema>;
export type SubAgentDetail = z.infer<typeof subAgentSchema>;
export type TurnDetail = z.infer<typeof turnSchema>;
export type TurnJudgementDetail = z.infer<typeof turnJudgementSchema>;
export type TrajectoryJudgementDetail = z.infer<typeof trajectoryJudgementSchema>;
export type CutDetail = z.infer<typeof cutSchema>;
export type ScoreSummaryDetail = z.infer<typeof scoreSummarySchema>;
export type MetricScoreDetail = z.infer<typeof metricScoreSchema>;
export type JudgingDetail = z.infer<typeof judgingSchema>;
export type SessionDetail = z.infer<typeof sessionDetailSchema>;
export type TranscriptDetail = z.infer<typeof transcriptSchema>;
export type SessionListItem = z.infer<typeof sessionSummarySchema>;
export type RebuildsState = z.infer<typeof rebuildsStateSchema>;
export type SessionState = z.infer<typeof sessionStateSchema>;
export type ParkedRequestDetail = z.infer<typeof parkedRequestSchema>;
export type ParkedPageDetail = z.infer<typeof parkedPageSchema>;
export type Health = z.infer<typeof healthSchema>;

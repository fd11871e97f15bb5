/**
 * What ValueHead's client accepts, as its pydantic models were observed to: unknown fields ignored, texts and lists never
 * null, whole numbers coerced. Source: the strictness table of the reference on the four seeds, 1.3.
 */
import { z } from "zod";

const wholeNumber = z.union([
  z.number().refine(Number.isInteger),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
const text = z.string();

const scoreSummary = z.object({
  total_turns: wholeNumber,
  judged_turns: wholeNumber,
  helpful: wholeNumber,
  neutral: wholeNumber,
  harmful: wholeNumber,
  net_score: wholeNumber,
  trajectory_score: wholeNumber.nullable(),
});

const toolCallJudgement = z.object({ score: wholeNumber, summary: text, reasoning: text, call_content: text });

export const turnJudgement = z.object({
  turn: wholeNumber,
  score: wholeNumber,
  turn_reasoning: text,
  user_summary: text,
  user_content: text,
  assistant_summary: text,
  assistant_content: text,
  tool_calls: z.array(toolCallJudgement),
});

const trajectoryFailure = z.object({ type: text, description: text, after_turn: wholeNumber });

const trajectoryJudgement = z.object({
  score: wholeNumber,
  reasoning: text,
  completed: z.boolean(),
  early_termination: z.boolean(),
  failures: z.array(trajectoryFailure),
});

const listItem = z.object({
  id: text,
  status: text,
  created_at: text,
  total_turns: wholeNumber,
  summary: scoreSummary,
  metadata: z.looseObject({}),
});

export const submitResult = z.object({ session_id: text, status: text, transcript_preview: text.nullable() });

export const sessionDetail = listItem.extend({
  judgements: z.record(text, turnJudgement),
  trajectory: trajectoryJudgement.nullable(),
  error: text.nullable(),
});

export const sessionList = z.object({ sessions: z.array(listItem), total: wholeNumber, count: wholeNumber });

export const judgementEvent = z.object({
  session_id: text,
  turn: wholeNumber,
  judgements: z.record(text, turnJudgement),
});

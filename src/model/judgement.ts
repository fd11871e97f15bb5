/** Judgements: a judge's opinions about turns, tool calls and trajectories. An error is never a score. */
import type { TokenUsage } from "./session.ts";

/** -1 harmful, 0 neutral, +1 helpful. */
export type Score = -1 | 0 | 1;

/** The five dimensions of the rubric, each reasoned on its own. */
export const dimensions = [
  "hallucination",
  "wrong_tool_usage",
  "inconsistent_reasoning",
  "unnecessary_actions",
  "safety",
] as const;
export type Dimension = (typeof dimensions)[number];

export interface DimensionJudgement {
  readonly score: Score;
  readonly reasoning: string;
}

/** What stands behind a judgement: the span it happened in, or the words themselves. */
export interface Evidence {
  readonly spanId?: string;
  readonly quote?: string;
  /** Position in the session's messages, from 0. */
  readonly messageIndex?: number;
}

/** The scope of the spans that judges make of their own calls. They are nobody's conversation, wherever they are sent. */
export const judgeScope = "turnwise.judge";

/** Who judged. `version` changes whenever rules, prompt, schema, model or parameters do. */
export interface JudgeIdentity {
  readonly name: string;
  readonly version: string;
  readonly model?: string;
  readonly promptHash?: string;
}

export interface ToolCallJudgement {
  readonly id?: string;
  readonly score: Score;
  readonly summary: string;
  readonly reasoning: string;
  /** The call as JSON text: `{"name": …, "arguments": …}`. */
  readonly callContent: string;
}

/** Of what a judge was shown only a part, where the whole did not fit into its model. */
export const cutKinds = [
  "user_text",
  "reply",
  "agent_text",
  "reasoning",
  "arguments",
  "tool_results",
  "errors",
  "system_prompt",
  "tool_definitions",
  "instructions",
  "earlier_turns",
  "findings",
] as const;
export type CutKind = (typeof cutKinds)[number];

/** What a judge could not see for want of room. */
export interface Cut {
  /** Characters left out of the middle of texts, by kind. */
  readonly shortened: readonly { readonly kind: CutKind; readonly characters: number }[];
  /** Turns (from 1) that were not shown at all, nor told by a summary: the first and the last of each gap. */
  readonly turns: readonly { readonly from: number; readonly to: number }[];
  /** Findings of the rules that were not told. */
  readonly findings: number;
}

/** One of several answers that a judgement is made of. */
export interface Trial {
  readonly model: string;
  /** Absent: it gave no usable answer, and counted for nothing; `reasoning` says why. */
  readonly score?: Score;
  readonly reasoning: string;
}

/** How a judgement came about of which a majority decided. */
export interface Voted {
  /** The share (0..1) of the counted trials that gave the score which is shown. */
  readonly agreement: number;
  /** In the order in which they were asked, those that did not count too. */
  readonly trials: readonly Trial[];
}

/** `agreement` and `trials` are absent where one answer decided. */
export interface TurnJudgement extends Partial<Voted> {
  /** From 1. */
  readonly turn: number;
  readonly score: Score;
  readonly reasoning: string;
  readonly userSummary: string;
  readonly userContent: string;
  readonly assistantSummary: string;
  readonly assistantContent: string;
  /** One for each tool call of the turn, in its order. */
  readonly toolCalls: readonly ToolCallJudgement[];
  /** `rules` scores all five; `llm` leaves `safety` out unless the sender asked for it. */
  readonly dimensions: Readonly<Partial<Record<Dimension, DimensionJudgement>>>;
  readonly evidence: readonly Evidence[];
  readonly judge: JudgeIdentity;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
  /** Absent: the judge saw all of it. */
  readonly cut?: Cut;
  /** Of the spans of the judge's own calls: 32 hex digits. Absent: it made none, or nobody keeps them. */
  readonly traceId?: string;
}

export interface TrajectoryFailure {
  readonly type: string;
  readonly description: string;
  /** The turn (from 1) after which it shows. */
  readonly afterTurn: number;
  readonly messageIndex?: number;
  readonly spanId?: string;
}

/** `agreement` and `trials` are absent where one answer decided. */
export interface TrajectoryJudgement extends Partial<Voted> {
  readonly score: Score;
  readonly reasoning: string;
  readonly completed: boolean;
  readonly earlyTermination: boolean;
  readonly failures: readonly TrajectoryFailure[];
  readonly evidence: readonly Evidence[];
  readonly judge: JudgeIdentity;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
  /** Absent: the judge saw all of it. */
  readonly cut?: Cut;
  /** Of the spans of the judge's own calls: 32 hex digits. Absent: it made none, or nobody keeps them. */
  readonly traceId?: string;
}

/** A number computed from a trajectory: 0..1, or null when it could not be computed. */
export interface MetricScore {
  readonly name: string;
  readonly value: number | null;
  readonly label?: string;
  readonly explanation?: string;
  readonly turn?: number;
}

/** Counts over the judgements shown. `netScore` is the trajectory's score when there is one, else the sum of the turns'. */
export interface ScoreSummary {
  readonly totalTurns: number;
  readonly judgedTurns: number;
  readonly helpful: number;
  readonly neutral: number;
  readonly harmful: number;
  readonly netScore: number;
  readonly trajectoryScore: Score | null;
}

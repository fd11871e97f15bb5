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

export interface TurnJudgement {
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
}

export interface TrajectoryFailure {
  readonly type: string;
  readonly description: string;
  /** The turn (from 1) after which it shows. */
  readonly afterTurn: number;
  readonly messageIndex?: number;
  readonly spanId?: string;
}

export interface TrajectoryJudgement {
  readonly score: Score;
  readonly reasoning: string;
  readonly completed: boolean;
  readonly earlyTermination: boolean;
  readonly failures: readonly TrajectoryFailure[];
  readonly evidence: readonly Evidence[];
  readonly judge: JudgeIdentity;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
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

/** The three dimensions of agent-evals, and one score of them. */
import { round4 } from "../python-numbers.ts";
import { type AgentResult, type CompleteResult, completeResult } from "./agent-result.ts";
import type { PromptCase } from "./prompt-case.ts";
import { reasoningOfAgentEvals, reasoningQuality } from "./reasoning-quality.ts";
import { taskCompletion, taskCompletionOfAgentEvals } from "./task-completion.ts";
import { toolUse } from "./tool-use.ts";

/** Each 0..1, to four decimals; what a case's own check answered stays as it is with `agent-evals`. */
export interface CaseScores {
  readonly taskCompletion: number;
  readonly reasoning: number;
  readonly toolUse: number;
  readonly overall: number;
}

/** What each dimension counts for. They sum to 1. */
export type ScoreWeights = Readonly<Record<Exclude<keyof CaseScores, "overall">, number>>;

/** agent-evals' README and its code say different things: `documented` is the README's. */
export const scorings = {
  documented: {
    taskCompletion,
    reasoning: reasoningQuality,
    weights: { taskCompletion: 1 / 3, reasoning: 1 / 3, toolUse: 1 / 3 },
    stepsOf: ({ toolCalls, reasoningTrace }: CompleteResult) => Math.max(toolCalls.length, reasoningTrace.length),
  },
  "agent-evals": {
    taskCompletion: taskCompletionOfAgentEvals,
    reasoning: reasoningOfAgentEvals,
    weights: { taskCompletion: 0.4, reasoning: 0.3, toolUse: 0.3 },
    stepsOf: () => 1,
  },
} as const;

export type Scoring = keyof typeof scorings;

export interface ScoringOptions {
  /** Default `documented`. */
  readonly scoring?: Scoring | undefined;
  /** Default: the same for all; with `agent-evals` 0.4, 0.3 and 0.3. */
  readonly weights?: ScoreWeights | undefined;
  /** Against which the steps taken are measured. Default 50. */
  readonly maxSteps?: number | undefined;
}

export const defaultMaxSteps = 50;

/** What the dimensions are measured against. */
export type ScoredExpectations = Pick<PromptCase, "expectedOutput" | "expectedTools" | "stepsNeeded">;

/** Rejects when the case's own check does, or with a TypeError for what is no result; with a RangeError as `checkWeights`. */
export async function scoreResult(
  { expectedOutput, expectedTools = [], stepsNeeded }: ScoredExpectations,
  result: AgentResult,
  { scoring = "documented", weights = scorings[scoring].weights, maxSteps = defaultMaxSteps }: ScoringOptions = {},
): Promise<CaseScores> {
  checkWeights(weights);
  const complete = completeResult(result);
  const { output, toolCalls, reasoningTrace: trace, stepsTaken = scorings[scoring].stepsOf(complete) } = complete;
  const task = await scorings[scoring].taskCompletion(output, expectedOutput);
  const reasoning = scorings[scoring].reasoning({ trace, stepsTaken, stepsNeeded, maxSteps });
  const tools = toolUse(toolCalls, expectedTools);
  const overall = weights.taskCompletion * task + weights.reasoning * reasoning + weights.toolUse * tools;
  return { taskCompletion: task, reasoning, toolUse: tools, overall: round4(overall) };
}

/** Throws a RangeError unless they are shares of 1 (to a millionth, for thirds). */
export function checkWeights({ taskCompletion, reasoning, toolUse }: ScoreWeights): void {
  const all = [taskCompletion, reasoning, toolUse];
  const sum = all.reduce((a, b) => a + b, 0);
  if (all.every((weight) => weight >= 0) && Math.abs(sum - 1) <= 1e-6) return;
  throw new RangeError(`weights must be shares that sum to 1, and are ${all.join(", ")}`);
}

import type { Step, TokenUsage } from "../model/session.ts";

export const noUsage: TokenUsage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };

export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

/** Every model call once; what sub-agents used is theirs. */
export function usageOfSteps(steps: readonly Step[]): TokenUsage {
  return steps.reduce(
    (sum, step) => (step.type === "model_call" && step.usage ? addUsage(sum, step.usage) : sum),
    noUsage,
  );
}

/** Undefined when no model call says what it cost. */
export function costOfSteps(steps: readonly Step[]): number | undefined {
  const costs = steps.flatMap((step) => (step.type === "model_call" ? (step.costUsd ?? []) : []));
  return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0);
}

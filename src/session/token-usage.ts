import { roundUsd } from "../cost/cost-of-call.ts";
import type { ModelCall, Step, TokenUsage } from "../model/session.ts";

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

/**
 * Of all model calls, each once; what sub-agents used is theirs. Undefined when the cost of one of them is unknown: a sum of
 * the others would be a wrong number. Calls that failed without using anything cost nothing.
 */
export function costOfSteps(steps: readonly Step[]): number | undefined {
  return totalOf(chargeOf(steps));
}

/** What model calls cost together. */
export interface Charge {
  readonly calls: number;
  /** Undefined when the cost of one of them is unknown. */
  readonly sum: number | undefined;
}

export const noCharge: Charge = { calls: 0, sum: 0 };

export function chargeOf(steps: readonly Step[]): Charge {
  const charged = steps.filter((step) => step.type === "model_call").filter((call) => !isFree(call));
  const costs = charged.flatMap(({ costUsd }) => costUsd ?? []);
  const sum = costs.length < charged.length ? undefined : costs.reduce((total, cost) => total + cost, 0);
  return { calls: charged.length, sum };
}

export function addCharge(a: Charge, b: Charge): Charge {
  return { calls: a.calls + b.calls, sum: a.sum === undefined || b.sum === undefined ? undefined : a.sum + b.sum };
}

/** Undefined as the sum is, and where nothing was charged. */
export function totalOf({ calls, sum }: Charge): number | undefined {
  return calls === 0 || sum === undefined ? undefined : roundUsd(sum);
}

/** Providers charge for what they answered, also when nobody waited for the end of it; not for a refusal. */
export function isFree({ error, usage, content, costUsd }: ModelCall): boolean {
  const isSilent = usage === undefined && content === undefined && costUsd === undefined;
  return error !== undefined && isSilent && !saysAborted(error);
}

/** Is this how libraries report an answer that nobody waited for the end of? A time limit aborts, too, but it is a failure. */
export function saysAborted(error: string): boolean {
  return /\babort(?:ed|error)?\b/i.test(error) && !/\btime[- ]?out|\btimed out\b/i.test(error);
}

import type { ReasoningStep } from "../../../src/evaluation/agent-evaluator/agent-result.ts";

/** So many steps with a thought and an action, no two the same. */
export function acting(count: number): readonly ReasoningStep[] {
  return Array.from({ length: count }, (_, at) => ({ thought: `Thinking step ${at}`, action: `action_${at}` }));
}

/** As `acting`, each with what came of it. */
export function linked(count: number): readonly ReasoningStep[] {
  return acting(count).map((step, at) => ({ ...step, observation: `outcome ${at}` }));
}

import type { OutcomeWeights } from "../../src/evaluation/rubric/outcome-risk.ts";

export interface Example {
  readonly part: string;
  readonly failed: boolean;
  readonly signals: Readonly<Record<string, number>>;
}
export function fitWeights(
  examples: readonly Example[],
  shares?: { readonly riskiest?: number; readonly safest?: number },
): OutcomeWeights;

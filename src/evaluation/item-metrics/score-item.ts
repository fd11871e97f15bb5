/** One item scored by several metrics. What one of them cannot do leaves the others as they are. */
import { JudgeError } from "../../model/errors.ts";
import type { EvaluationItem, ItemScore, ScoredItem } from "../../model/evaluation.ts";
import type { ItemMetric, ScoringNeeds } from "./item-metric.ts";

export interface WeightedMetric {
  readonly metric: ItemMetric;
  /** In the overall score; above 0. */
  readonly weight: number;
}

/**
 * Asks the metrics side by side, and ends when all have ended. A JudgeError is the `error` of its score; whatever else is
 * thrown (the signal's reason, above all) rejects.
 */
export async function scoreItem(
  item: EvaluationItem,
  metrics: readonly WeightedMetric[],
  needs: ScoringNeeds,
): Promise<Pick<ScoredItem, "overall" | "scores">> {
  const settled = await Promise.allSettled(metrics.map(({ metric }) => scoreBy(metric, item, needs)));
  const scores = settled.map((outcome): ItemScore => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  return { overall: overallOf(scores, metrics), scores };
}

async function scoreBy(metric: ItemMetric, item: EvaluationItem, needs: ScoringNeeds): Promise<ItemScore> {
  try {
    return await metric.score(item, needs);
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    return { name: metric.key, value: null, explanation: error.message, error: error.code };
  }
}

/** The weighted mean of the values that are not null (VQ-18); null: all are. */
function overallOf(scores: readonly ItemScore[], metrics: readonly WeightedMetric[]): number | null {
  const weighted = scores.flatMap(({ value }, at) => {
    const weight = metrics[at]?.weight;
    return value === null || weight === undefined ? [] : [{ value, weight }];
  });
  const weights = weighted.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return null;
  return weighted.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights;
}

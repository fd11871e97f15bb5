/** What whoever asked for a run should know of it beside its scores. Pure. */
import { metricOf } from "../../evaluation/item-metrics/item-metrics.ts";
import type { EvaluationRun, RunMetric } from "../../model/evaluation.ts";

type CountedRun = Pick<EvaluationRun, "metrics" | "evaluatedItems" | "failedItems">;

/** Metrics that scored nothing or not everything, and why, as far as it shows. */
export function hintsOf({ metrics, evaluatedItems, failedItems }: CountedRun): readonly string[] {
  if (evaluatedItems === 0) return [];
  const unscored = metrics.flatMap((metric) => hintOf(metric, evaluatedItems, failedItems));
  if (failedItems === 0) return unscored;
  return [...unscored, `of ${failedItems} of ${evaluatedItems} items a metric failed; their errors say how`];
}

function hintOf({ key, scored }: RunMetric, items: number, failed: number): readonly string[] {
  const { requires = [] } = metricOf(key) ?? {};
  if (requires.length === 0 || scored + failed >= items) return [];
  const part = scored === 0 ? "none" : String(scored);
  return [`${key} scored ${part} of ${items} items: an item must have ${requires.join(" and ")} for that`];
}

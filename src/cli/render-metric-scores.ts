import type { MetricScore } from "@turnwise/client";
import { block, type Layout } from "./render-block.ts";

/** What evaluators scored: worst first, so that a long list begins with what matters; what has no value comes last. */
export function renderMetricScores(scores: readonly MetricScore[], layout: Layout): string[] {
  const valueOf = ({ value }: MetricScore): number => value ?? Infinity;
  return scores
    .toSorted((a, b) => (valueOf(a) === valueOf(b) ? 0 : valueOf(a) - valueOf(b)))
    .flatMap((score) => renderScore(score, layout));
}

function renderScore({ name, evaluator, value, label, explanation, error }: MetricScore, layout: Layout): string[] {
  const measure = `${evaluator}/${name}`;
  if (error !== null) return block("score", `${measure} failed: ${error.message} (${error.code})`, layout, "red");
  const said = explanation === null ? measure : `${measure}: ${explanation}`;
  if (value === null) return block("score", `none of ${said}`, layout, "dim");
  return block("score", `${label ?? value.toFixed(2)} ${said}`, layout, "dim");
}

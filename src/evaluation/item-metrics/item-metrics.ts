/**
 * All metrics of items (VQ-17: four heuristic, thirteen that ask a model). Valiqor names nine of the thirteen; the names of its
 * four "specialised" ones are not public. Ours are `tool_use_quality`, `intent_resolution`, `harmlessness` and `conciseness`:
 * what the other nine leave open of an agent's answer.
 */
import { contextPrecision, contextRecall, factualAccuracy, hallucination } from "./claim-metrics.ts";
import {
  answerRelevance,
  coherence,
  conciseness,
  fluency,
  harmlessness,
  intentResolution,
  responseCompleteness,
  taskAdherence,
  toolUseQuality,
} from "./graded-metrics.ts";
import { heuristicItemMetrics } from "./heuristic-item-metrics.ts";
import type { ItemMetric } from "./item-metric.ts";

export const itemMetrics: readonly ItemMetric[] = [
  ...heuristicItemMetrics,
  answerRelevance,
  coherence,
  fluency,
  responseCompleteness,
  taskAdherence,
  hallucination,
  factualAccuracy,
  contextPrecision,
  contextRecall,
  toolUseQuality,
  intentResolution,
  harmlessness,
  conciseness,
];

const byKey: ReadonlyMap<string, ItemMetric> = new Map(itemMetrics.map((metric) => [metric.key, metric]));

/** Undefined: there is none of that name. */
export const metricOf = (key: string): ItemMetric | undefined => byKey.get(key);

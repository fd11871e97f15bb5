/** The metrics of a run: all of them known, none twice, with their weights. */
import { didYouMean } from "../../component/did-you-mean.ts";
import { itemMetrics, metricOf } from "../../evaluation/item-metrics/item-metrics.ts";
import { ApiError } from "../api-error.ts";

/** A metric by its name, or with its weight in the overall score. */
export type MetricWish = string | { readonly key: string; readonly weight?: number | undefined };

export interface WeighedMetric {
  readonly key: string;
  /** Above 0. */
  readonly weight: number;
}

/** Throws 400 that names all that are not known. `weights` are of metrics that come without one; what has none there weighs 1. */
export function requireMetrics(
  wishes: readonly MetricWish[],
  weights: Readonly<Record<string, number>> = {},
): readonly WeighedMetric[] {
  if (wishes.length === 0)
    throw invalid("name metrics, or set those of the project; GET /v2/evaluate/metrics/templates lists them");
  const wanted = wishes.map((wish) => (typeof wish === "string" ? { key: wish } : wish));
  const keys = wanted.map(({ key }) => key);
  requireKnown(keys);
  requireOnce(keys);
  return wanted.map(({ key, ...given }) => ({
    key,
    weight: ("weight" in given ? given.weight : undefined) ?? weights[key] ?? 1,
  }));
}

/** Throws 400 for metrics that ask a model. */
export function requireModel(metrics: readonly WeighedMetric[], model: string | undefined): void {
  const asking = metrics.filter(({ key }) => metricOf(key)?.asksModel === true).map(({ key }) => key);
  if (model !== undefined || asking.length === 0) return;
  const remedy = "set TURNWISE_LLM_API_KEY (the key of the judge llm), or send openai_api_key with the request";
  throw invalid(`${asking.join(", ")}: no model is configured that could be asked; ${remedy}`);
}

/** Throws 400 that names all that are not, each with what it may have been meant to be. */
export function requireKnown(keys: readonly string[]): void {
  const unknown = [...new Set(keys)].filter((key) => metricOf(key) === undefined);
  if (unknown.length === 0) return;
  const known = itemMetrics.map(({ key }) => key);
  const named = unknown.slice(0, 20).map((key) => `${quote(key)}${didYouMean(key, known)}`);
  throw invalid(
    `unknown ${unknown.length === 1 ? "metric" : "metrics"} ${named.join("; ")}; GET /v2/evaluate/metrics/templates lists those that there are`,
  );
}

/** Throws 400. */
export function requireOnce(keys: readonly string[]): void {
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw invalid(`metric ${quote(twice)} is named more than once`);
}

const invalid = (detail: string) => new ApiError(400, "invalid_request", detail);
const quote = (key: string): string => JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}...` : key);

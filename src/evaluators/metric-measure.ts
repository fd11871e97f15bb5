import { createHash } from "node:crypto";
import type { Measure } from "../component/evaluator.ts";
import type { ItemMetric } from "../evaluation/item-metrics/item-metric.ts";
import { itemOfTurn } from "../evaluation/item-metrics/items-of-session.ts";
import type { MetricModel } from "../judges/llm/metric-model.ts";

/** The model of a judge, with what of its settings may change an answer. */
export interface AskedModel extends MetricModel {
  readonly judge: string;
  readonly temperature: number;
}

/** A metric of items, of turns. */
export function toMetricMeasure(metric: ItemMetric, model: AskedModel | undefined): Measure {
  const asked = metric.asksModel ? model : undefined;
  return {
    name: metric.key,
    of: "turn",
    version: versionOf(metric, asked),
    ...(asked === undefined ? {} : { asks: asked.judge }),
    async score({ session, ref, turn }, signal) {
      if (turn === undefined) throw new Error(`the metric ${metric.key} is of turns`);
      const item = itemOfTurn(ref.id, session, turn);
      if (item === undefined) return { value: null, explanation: nothing };
      const needs = asked === undefined ? {} : askingIn(asked, ref, turn.turn);
      const { value, explanation } = await metric.score(item, { ...needs, signal });
      return { value, ...(explanation === undefined ? {} : { explanation }) };
    },
  };
}

const nothing =
  "The turn says nothing about the agent: it was not recorded, or the user went on before anything was answered.";

const askingIn = (model: AskedModel, ref: { readonly project: string; readonly id: string }, turn: number) => ({
  ask: model.ask({ ref, purpose: `turn ${turn}` }),
  maxInputTokens: model.maxInputTokens,
});

function versionOf({ key, version }: ItemMetric, asked: AskedModel | undefined): string {
  const model = asked && [asked.model, asked.temperature, asked.maxInputTokens];
  return createHash("sha256")
    .update(JSON.stringify([key, version, model]))
    .digest("hex")
    .slice(0, 16);
}

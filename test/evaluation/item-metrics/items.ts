import { metricOf } from "../../../src/evaluation/item-metrics/item-metrics.ts";
import type { ItemMetric } from "../../../src/evaluation/item-metrics/item-metric.ts";
import type { EvaluationItem, ItemScore } from "../../../src/model/evaluation.ts";
import { scriptAsk, type ScriptedAsk } from "./scripted-ask.ts";

export const itemOf = (fields: Partial<EvaluationItem> = {}): EvaluationItem => ({
  key: "one",
  input: "When does order 7 arrive?",
  output: "On Friday.",
  context: [],
  metadata: {},
  ...fields,
});

export function metric(key: string): ItemMetric {
  const found = metricOf(key);
  if (found === undefined) throw new Error(`there is no metric ${key}`);
  return found;
}

/** By a model that answers so. */
export async function scoreBy(
  key: string,
  item: Partial<EvaluationItem>,
  ...answers: readonly unknown[]
): Promise<{ readonly score: ItemScore; readonly asked: ScriptedAsk["questions"] }> {
  const { needs, questions } = scriptAsk(...answers);
  return { score: await metric(key).score(itemOf(item), needs), asked: questions };
}

/** What the model of the question was shown, as it would read it. */
export function shownIn(user: string): unknown {
  const [, nonce = ""] = /BEGIN UNTRUSTED DATA (\w{32})\n/.exec(user) ?? [];
  const parts = user.split(new RegExp(`^(?:BEGIN|END) UNTRUSTED DATA ${nonce}\n`, "m"));
  if (nonce === "" || parts.length !== 3) throw new Error("the prompt has no fence, or several");
  return JSON.parse(parts[1] ?? "");
}

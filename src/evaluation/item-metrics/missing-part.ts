import type { EvaluationItem } from "../../model/evaluation.ts";
import type { ItemPart } from "./item-metric.ts";

const isThere: Readonly<Record<ItemPart, (item: EvaluationItem) => boolean>> = {
  context: ({ context }) => context.some((text) => text.trim() !== ""),
  expected: ({ expected = [] }) => expected.length > 0,
  tool_calls: ({ toolCalls = [] }) => toolCalls.length > 0,
};

const missing: Readonly<Record<ItemPart, string>> = {
  context: "It has no context.",
  expected: "Nothing is expected of it.",
  tool_calls: "It has no tool calls.",
};

/** Why an item cannot be scored by a metric that requires so much; undefined: it can. */
export function missingPartOf(item: EvaluationItem, required: readonly ItemPart[]): string | undefined {
  const part = required.find((each) => !isThere[each](item));
  return part && missing[part];
}

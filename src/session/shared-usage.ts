/** Tokens that a span tells of several model calls together: counted where none of the calls says what it used. */
import type { OtherOperation } from "../dialects/operation.ts";
import type { Step, TokenUsage } from "../model/session.ts";
import type { Call } from "./call.ts";
import type { SpanTree } from "./span-tree.ts";
import { addUsage, noUsage, usageOfSteps } from "./token-usage.ts";

/** The nearest such span above each of the calls, each once. */
export function sumsAbove(calls: readonly Call[], tree: SpanTree): readonly OtherOperation[] {
  return [...new Set(calls.flatMap((call) => sumAbove(call, tree) ?? []))];
}

function sumAbove({ operation }: Call, tree: SpanTree): OtherOperation | undefined {
  const seen = new Set<unknown>();
  let above = tree.get(operation)?.parent;
  while (above !== undefined && above.kind !== "tool" && !seen.has(above)) {
    if (above.kind === "other" && above.usage !== undefined) return above;
    seen.add(above);
    above = tree.get(above)?.parent;
  }
  return undefined;
}

/** Of steps: what their calls say, or where none of them does, what is said of them together. */
export function usageOf(steps: readonly Step[], sums: readonly OtherOperation[]): TokenUsage {
  const isSaid = steps.some((step) => step.type === "model_call" && step.usage !== undefined);
  if (isSaid) return usageOfSteps(steps);
  return sums.reduce((total, { usage }) => (usage === undefined ? total : addUsage(total, usage)), noUsage);
}

/** Of several turns; what a span says of more than one of them is none's. */
export function sumsOfTurns(
  turns: readonly (readonly Call[])[],
  tree: SpanTree,
): readonly (readonly OtherOperation[])[] {
  const sums = turns.map((calls) => sumsAbove(calls, tree));
  const uses = new Map<OtherOperation, number>();
  for (const sum of sums.flat()) uses.set(sum, (uses.get(sum) ?? 0) + 1);
  return sums.map((own) => own.filter((sum) => uses.get(sum) === 1));
}

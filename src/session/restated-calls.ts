/** One request, several spans: a model call below a model call is the same call once more, by another library. */
import { groupBy } from "../dialects/group-by.ts";
import type { ModelOperation, Operation } from "../dialects/operation.ts";
import type { SpanTree } from "./span-tree.ts";

/**
 * The reader gives the span that says what a call used: its own, or where that says nothing (an attribute limit took it) the
 * same call's below. Never both: they restate each other.
 */
export function createUsageReader(
  operations: readonly Operation[],
  tree: SpanTree,
): (call: ModelOperation) => ModelOperation {
  const models = operations.filter((operation) => operation.kind === "model");
  const below = groupBy(models, (operation) => tree.get(operation)?.model);
  return (call) => (saysUsage(call) ? call : (below.get(call)?.findLast(saysUsage) ?? call));
}

export function saysUsage({ usage, costUsd }: ModelOperation): boolean {
  return usage !== undefined || costUsd !== undefined;
}

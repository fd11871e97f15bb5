/** What tools did with models and tools of their own: shown inside the tool call, never part of the turn's usage. */
import { groupBy } from "../dialects/group-by.ts";
import type { ModelOperation, Operation, ToolOperation } from "../dialects/operation.ts";
import type { SubAgent } from "../model/session.ts";
import { buildSteps } from "./build-steps.ts";
import { compareCalls, toCall } from "./call.ts";
import type { SpanTree } from "./span-tree.ts";
import { usageOfSteps } from "./token-usage.ts";

/** Sub-agents within sub-agents are shown to this depth. */
const maxDepth = 8;

/** `operations` by start. The reader gives undefined for tools that used neither models nor tools. */
export function createSubAgentReader(
  operations: readonly Operation[],
  tree: SpanTree,
): (tool: ToolOperation) => SubAgent | undefined {
  const below = groupBy(operations, (operation) => tree.get(operation)?.tool);
  const read = (tool: ToolOperation, depth: number): SubAgent | undefined => {
    const own = depth === maxDepth ? [] : (below.get(tool) ?? []);
    const calls = own
      .filter((operation) => isOwnCall(operation, tree))
      .map(toCall)
      .sort(compareCalls);
    const tools = own.filter((operation) => operation.kind === "tool");
    if (calls.length === 0 && tools.length === 0) return undefined;
    const steps = buildSteps({ calls, tools, messages: [], readSubAgent: (inner) => read(inner, depth + 1) });
    return { steps, usage: usageOfSteps(steps) };
  };
  return (tool) => read(tool, 0);
}

/** A model call below a model call is the same call once more. */
export function isOwnCall(operation: Operation, tree: SpanTree): operation is ModelOperation {
  return operation.kind === "model" && tree.get(operation)?.model === undefined;
}

/** What tools did with models and tools of their own: shown inside the tool call, never part of the turn's usage. */
import { groupBy } from "../dialects/group-by.ts";
import type { ModelOperation, Operation, ToolOperation } from "../dialects/operation.ts";
import type { SubAgent } from "../model/session.ts";
import { buildSteps } from "./build-steps.ts";
import { compareCalls, toCall } from "./call.ts";
import { jsonKey } from "./canonical-json.ts";
import { createUsageReader } from "./restated-calls.ts";
import { sumsAbove, usageOf } from "./shared-usage.ts";
import type { SpanTree } from "./span-tree.ts";
import { isUseOfOneId } from "./told-again.ts";
import { idsDiffer, isEmptyArguments } from "./tool-slot.ts";

/** Sub-agents within sub-agents are shown to this depth. */
const maxDepth = 8;

/** `operations` by start. The reader gives undefined for tools that used neither models nor tools. */
export function createSubAgentReader(
  operations: readonly Operation[],
  tree: SpanTree,
): (tool: ToolOperation) => SubAgent | undefined {
  const below = groupBy(operations, (operation) => tree.get(operation)?.tool);
  const readUsage = createUsageReader(operations, tree);
  const ownOf = (tool: ToolOperation): readonly Operation[] => {
    return (below.get(tool) ?? []).flatMap((inner) => (isSameCall(tool, inner, tree) ? ownOf(inner) : [inner]));
  };
  const read = (tool: ToolOperation, depth: number): SubAgent | undefined => {
    const own = depth === maxDepth ? [] : ownOf(tool);
    const calls = own
      .filter((operation) => isOwnCall(operation, tree))
      .map(toCall)
      .sort(compareCalls);
    const tools = own.filter((operation) => operation.kind === "tool");
    if (calls.length === 0 && tools.length === 0) return undefined;
    const steps = buildSteps({
      calls,
      tools,
      messages: [],
      transcript: [],
      readSubAgent: (inner) => read(inner, depth + 1),
      readUsage: ({ operation }) => readUsage(operation),
    });
    return { steps, usage: usageOf(steps, sumsAbove(calls, tree)) };
  };
  return (tool) => read(tool, 0);
}

/** A protocol's own span for the call (MCP's client, MCP's server), below the agent's. */
function isSameCall(tool: ToolOperation, inner: Operation, tree: SpanTree): inner is ToolOperation {
  if (inner.kind !== "tool" || idsDiffer(tool.callId, inner.callId)) return false;
  const hasSameId = tool.callId !== undefined && inner.callId !== undefined;
  // An agent between them asked for a tool of its own.
  if (hasSameId && tree.get(inner)?.agents.length === 0) return isUseOfOneId(tool, inner);
  if (inner.name !== tool.name) return false;
  if (isEmptyArguments(tool.arguments) || isEmptyArguments(inner.arguments)) return true;
  return jsonKey(tool.arguments ?? null) === jsonKey(inner.arguments ?? null);
}

/** A model call below a model call is the same call once more. */
export function isOwnCall(operation: Operation, tree: SpanTree): operation is ModelOperation {
  return operation.kind === "model" && tree.get(operation)?.model === undefined;
}

/** Where each operation stands: what is above it, as far as the parents have been seen. */
import type { AgentOperation, ModelOperation, Operation, ToolOperation } from "../dialects/operation.ts";
import { spanKey } from "./span-facts.ts";

export interface Place {
  readonly parent?: Operation;
  /** The nearest tool above: what is below a tool belongs to its sub-agent. */
  readonly tool?: ToolOperation;
  /** The nearest model call above, up to the nearest tool: what is below a model call is the same call again. */
  readonly model?: ModelOperation;
  /** The agents above, nearest first, up to the nearest tool. */
  readonly agents: readonly AgentOperation[];
}

export interface SpanTree {
  get(operation: Operation): Place | undefined;
}

const top: Place = { agents: [] };
/** Deeper nesting of agents is not worth remembering; chains of thousands of spans occur. */
const maxAgents = 16;

/** Parents that were not seen, and cycles, end the way up. */
export function buildSpanTree(operations: readonly Operation[]): ReadonlyMap<Operation, Place> {
  const bySpan = new Map(operations.map((operation) => [spanKey(operation.span), operation]));
  const places = new Map<Operation, Place>();
  for (const operation of operations) {
    for (const next of pathFromTop(operation, bySpan, places)) {
      const parent = parentOf(next, bySpan);
      const place = parent === undefined ? undefined : places.get(parent);
      places.set(next, parent === undefined || place === undefined ? top : placeBelow(parent, place));
    }
  }
  return places;
}

function parentOf({ span }: Operation, bySpan: ReadonlyMap<string, Operation>): Operation | undefined {
  if (span.parentSpanId === undefined) return undefined;
  return bySpan.get(spanKey({ traceId: span.traceId, spanId: span.parentSpanId }));
}

/** The operation and those above it that have no place yet, the topmost first. */
function pathFromTop(
  operation: Operation,
  bySpan: ReadonlyMap<string, Operation>,
  places: ReadonlyMap<Operation, Place>,
): readonly Operation[] {
  const path = new Set<Operation>();
  let current: Operation | undefined = operation;
  while (current !== undefined && !places.has(current) && !path.has(current)) {
    path.add(current);
    current = parentOf(current, bySpan);
  }
  return [...path].reverse();
}

function placeBelow(parent: Operation, place: Place): Place {
  switch (parent.kind) {
    case "tool":
      return { parent, tool: parent, agents: [] };
    case "model":
      return { ...place, parent, model: parent };
    case "agent":
      return { ...place, parent, agents: [parent, ...place.agents].slice(0, maxAgents) };
    default:
      return { ...place, parent };
  }
}

/** Where each operation stands: what is above it, as far as the parents have been seen. */
import type { AgentOperation, ModelOperation, Operation, ToolOperation } from "../dialects/operation.ts";
import { groupBy } from "../dialects/group-by.ts";
import { spanKey } from "./span-facts.ts";
import { findTwins, isSameRequest, isSameUse } from "./twins.ts";

export interface Place {
  readonly parent?: Operation;
  /** The nearest tool above: what is below a tool belongs to its sub-agent. */
  readonly tool?: ToolOperation;
  /** The nearest model call above, up to the nearest tool: what is below a model call, or beside it as its twin, is the same call again. */
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
  return withTwins(places);
}

/** What was recorded twice stands where it would if the one had been put below the other. */
function withTwins(places: Map<Operation, Place>): ReadonlyMap<Operation, Place> {
  for (const level of groupBy(places.keys(), (operation) => places.get(operation)?.tool).values()) {
    const models = level.filter((operation) => operation.kind === "model");
    const requests = models.filter((operation) => places.get(operation)?.model === undefined);
    for (const [inner, model] of findTwins(requests, isSameRequest))
      places.set(inner, { ...(places.get(inner) ?? top), model });
    const tools = level.filter((operation) => operation.kind === "tool");
    for (const [inner, tool] of findTwins(tools, isSameUse)) places.set(inner, { ...(places.get(inner) ?? top), tool });
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

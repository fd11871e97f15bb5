/** Which conversation each operation belongs to: its own id, else the nearest above, else one in the same trace. */
import { groupBy } from "../dialects/group-by.ts";
import type { Operation } from "../dialects/operation.ts";
import type { SpanTree } from "./span-tree.ts";

export type ConversationIds = ReadonlyMap<Operation, string | undefined>;

/** `idOf`: the id on the operation's own span. `operations` are in order of their start. */
export function resolveConversationIds(
  operations: readonly Operation[],
  tree: SpanTree,
  idOf: (operation: Operation) => string | undefined,
): ConversationIds {
  const ids = new Map<Operation, string | undefined>();
  for (const operation of operations) inherit(operation, tree, idOf, ids);
  for (const trace of groupBy(operations, ({ span }) => span.traceId).values()) fillFromTrace(trace, ids);
  return ids;
}

/** Goes up to the first operation with an id, and remembers it for all on the way. */
function inherit(
  operation: Operation,
  tree: SpanTree,
  idOf: (operation: Operation) => string | undefined,
  ids: Map<Operation, string | undefined>,
): void {
  const path = new Set<Operation>();
  let current: Operation | undefined = operation;
  let id: string | undefined;
  while (current !== undefined && !path.has(current)) {
    id = ids.get(current) ?? idOf(current);
    path.add(current);
    if (id !== undefined || ids.has(current)) break;
    current = tree.get(current)?.parent;
  }
  for (const visited of path) ids.set(visited, id);
}

/** A trace of several conversations: the id that was last seen before the operation started, else the first of the trace. */
function fillFromTrace(trace: readonly Operation[], ids: Map<Operation, string | undefined>): void {
  let last = trace.map((operation) => ids.get(operation)).find((id) => id !== undefined);
  if (last === undefined) return;
  for (const operation of trace) {
    last = ids.get(operation) ?? last;
    ids.set(operation, last);
  }
}

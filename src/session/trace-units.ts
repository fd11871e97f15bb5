/** Operations cut into units: what each trace holds of each conversation. */
import { textAttribute } from "../dialects/attribute-values.ts";
import { groupBy } from "../dialects/group-by.ts";
import type { Operation } from "../dialects/operation.ts";
import { compareCalls, hasContent, toCall } from "./call.ts";
import type { Call } from "./call.ts";
import { compareSpans } from "./compare-spans.ts";
import { resolveConversationIds } from "./conversation-ids.ts";
import type { TraceUnit } from "./group-conversations.ts";
import type { SpanTree } from "./span-tree.ts";
import { isOwnCall } from "./sub-agents.ts";

export interface IdentifiedUnit extends TraceUnit {
  /** From plain attributes: the id under which the store keeps the spans, too. */
  readonly plainId?: string;
  /** From inside a JSON value. */
  readonly embeddedId?: string;
}

/** By the start of their first spans. */
export function compareUnits(a: IdentifiedUnit, b: IdentifiedUnit): number {
  const [one, other] = [a.operations[0], b.operations[0]];
  return one === undefined || other === undefined ? 0 : compareSpans(one.span, other.span);
}

/** `operations` of one trace, by start. */
export function toTraceUnits(operations: readonly Operation[], tree: SpanTree): readonly IdentifiedUnit[] {
  const plain = resolveConversationIds(operations, tree, ({ conversationId }) => conversationId);
  const embedded = resolveConversationIds(operations, tree, (operation) => operation.embeddedConversationId);
  const groups = groupBy(operations, (operation) => plain.get(operation));
  return [...groups.values()].map((own) => {
    const plainId = own[0] && plain.get(own[0]);
    const embeddedId =
      plainId === undefined ? own.map((operation) => embedded.get(operation)).find(Boolean) : undefined;
    const id = plainId ?? embeddedId;
    return {
      ...toUnit(own, tree),
      ...(id === undefined ? {} : { id }),
      ...(plainId === undefined ? {} : { plainId }),
      ...(embeddedId === undefined ? {} : { embeddedId }),
    };
  });
}

/** Model calls count unless they are a tool's or the same call again. */
function countingCalls(operations: readonly Operation[], tree: SpanTree): readonly Call[] {
  const own = operations.filter((operation) => isOwnCall(operation, tree));
  return own
    .filter((operation) => tree.get(operation)?.tool === undefined)
    .map(toCall)
    .sort(compareCalls);
}

function toUnit(operations: readonly Operation[], tree: SpanTree): TraceUnit {
  const calls = countingCalls(operations, tree);
  const agent = operations.find(({ kind }) => kind === "agent");
  const asked = calls.length === 0 && agent?.kind === "agent" ? agent.readInput().messages : [];
  const [first] = operations;
  const userId = operations.find((operation) => operation.userId !== undefined)?.userId;
  const speaker = calls[0]?.operation ?? first;
  const service = speaker && textAttribute(speaker.span.resource.attributes, "service.name");
  // Without a user nothing tells two conversations apart.
  const isBare = calls.length > 0 && !calls.some(hasContent) && userId !== undefined;
  return {
    traceId: first?.span.traceId ?? "",
    operations,
    calls,
    asked: asked.filter(({ role }) => role !== "system"),
    startUnixNano: calls[0]?.operation.span.startTimeUnixNano ?? first?.span.startTimeUnixNano ?? 0n,
    endUnixNano: operations.reduce((end, { span }) => (span.endTimeUnixNano > end ? span.endTimeUnixNano : end), 0n),
    ...(userId === undefined ? {} : { userId }),
    service: service ?? "",
    ...(isBare ? { circumstance: JSON.stringify([userId, service ?? ""]) } : {}),
  };
}

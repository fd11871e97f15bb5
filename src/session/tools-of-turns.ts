/** Which tool spans belong to which turn. */
import { groupBy } from "../dialects/group-by.ts";
import type { Operation, ToolOperation } from "../dialects/operation.ts";
import type { SpanTree } from "./span-tree.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface ToolsOfTurns {
  readonly tools: readonly (readonly ToolOperation[])[];
  /** A tool was used before any of the turns started. */
  readonly hasEarlier: boolean;
}

/**
 * Those of the turn's traces; of a trace that holds several turns, those that start within the turn. A trace of tools
 * alone (a long-lived client) serves whatever turn is on.
 */
export function toolsOfTurns(
  drafts: readonly TurnDraft[],
  operations: readonly Operation[],
  tree: SpanTree,
): ToolsOfTurns {
  const byTrace = groupBy(
    drafts.flatMap((draft, at) => draft.traceIds.map((traceId) => ({ traceId, draft, at }))),
    ({ traceId }) => traceId,
  );
  const started = drafts.map((draft, at) => ({ draft, at }));
  const tools: ToolOperation[][] = drafts.map(() => []);
  let hasEarlier = false;
  for (const operation of operations) {
    if (operation.kind !== "tool" || tree.get(operation)?.tool !== undefined) continue;
    const turns = byTrace.get(operation.span.traceId) ?? started;
    const owner = turns.length === 1 ? turns[0] : lastStartedBefore(turns, operation.span.startTimeUnixNano);
    if (owner !== undefined) tools[owner.at]?.push(operation);
    else if (turns === started) hasEarlier = true;
  }
  return { tools, hasEarlier };
}

interface Numbered {
  readonly draft: TurnDraft;
  readonly at: number;
}

function lastStartedBefore(turns: readonly Numbered[], time: bigint): Numbered | undefined {
  return turns.findLast(({ draft }) => draft.startUnixNano !== undefined && draft.startUnixNano <= time);
}

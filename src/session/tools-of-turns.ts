/** Which tool spans belong to which turn. */
import { groupBy } from "../dialects/group-by.ts";
import type { Operation, ToolOperation } from "../dialects/operation.ts";
import type { Call } from "./call.ts";
import type { SpanTree } from "./span-tree.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface ToolsOfTurns {
  readonly tools: readonly (readonly ToolOperation[])[];
  /** A tool was used before any of the turns started. */
  readonly hasEarlier: boolean;
}

/**
 * Those of the turn's traces; of a trace that holds several turns, those that the turn asked for, or that start within it. A
 * trace of tools alone (a long-lived client) serves whatever turn is on.
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
  const owners = new Map([...byTrace].map(([traceId, turns]) => [traceId, createOwnerFinder(turns, tree)]));
  const ownerOfLoose = (tool: ToolOperation) => (started.length === 1 ? started[0] : lastStartedBefore(started, tool));
  const tools: ToolOperation[][] = drafts.map(() => []);
  let hasEarlier = false;
  for (const operation of operations) {
    if (operation.kind !== "tool" || tree.get(operation)?.tool !== undefined) continue;
    const ownerOf = owners.get(operation.span.traceId);
    const owner = (ownerOf ?? ownerOfLoose)(operation);
    if (owner !== undefined) tools[owner.at]?.push(operation);
    else if (ownerOf === undefined) hasEarlier = true;
  }
  return { tools, hasEarlier };
}

interface Numbered {
  readonly draft: TurnDraft;
  readonly at: number;
}

type FindOwner = (tool: ToolOperation) => Numbered | undefined;

/** Of one trace. Clocks of two machines differ: who asked for the tool, and what both are parts of, go before the times. */
function createOwnerFinder(turns: readonly Numbered[], tree: SpanTree): FindOwner {
  if (turns.length === 1) return () => turns[0];
  const asking = turnsBy(turns, ({ calls }) => calls.flatMap(({ id }) => id ?? []));
  const working = turnsBy(turns, ({ operation }) => tree.get(operation)?.agents ?? []);
  return (tool) => {
    const asked = asking.get(tool.callId ?? "");
    if (asked?.size === 1) return [...asked][0];
    const agent = tree.get(tool)?.agents.find((above) => working.has(above));
    const worked = agent === undefined ? undefined : working.get(agent);
    return worked?.size === 1 ? [...worked][0] : lastStartedBefore(turns, tool);
  };
}

function turnsBy<Key>(
  turns: readonly Numbered[],
  keysOf: (call: Call) => readonly Key[],
): ReadonlyMap<Key, ReadonlySet<Numbered>> {
  const byKey = new Map<Key, Set<Numbered>>();
  for (const turn of turns)
    for (const key of turn.draft.calls.flatMap(keysOf)) byKey.set(key, (byKey.get(key) ?? new Set()).add(turn));
  return byKey;
}

function lastStartedBefore(turns: readonly Numbered[], { span }: ToolOperation): Numbered | undefined {
  return turns.findLast(
    ({ draft }) => draft.startUnixNano !== undefined && draft.startUnixNano <= span.startTimeUnixNano,
  );
}
